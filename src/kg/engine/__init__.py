"""Query engines: the embedded one (`oxigraph`), and the killable processes that run it for a server (`workers`)."""
