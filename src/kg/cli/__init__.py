"""The command line: thin commands over the modules below; errors become one line and an exit code.

Exit codes: 0 fine, 1 the data or the answer is at fault, 2 usage or configuration.
"""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress

import click

from kg.cli import asking, authoring, releases
from kg.cli.terminal import echo
from kg.errors import ConfigurationError, KgError, RequestError

__all__ = ["commands", "main"]


def main() -> None:
    """Entry point of the `kg` command."""
    logging.getLogger("rdflib").setLevel(logging.ERROR)  # it logs tracebacks of literals that our rules report
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal does not have is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands.main(standalone_mode=False)
    except KgError as error:
        echo(f"kg: {error}", err=True)
        if error.hint:
            echo(f"    {error.hint}", err=True)
        sys.exit(2 if isinstance(error, ConfigurationError | RequestError) else 1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        echo(f"kg: {error.filename or 'standard output'}: {error.strerror or error}", err=True)
        _drop_output()
        sys.exit(2)
    except (MemoryError, RecursionError) as error:
        echo(f"kg: the input is too large or nested too deep for this machine ({type(error).__name__})", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """What could not be written is not tried again at the end, which would show a traceback."""
    with suppress(OSError, AttributeError):
        sys.stdout.close()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(package_name="governance-kg", prog_name="kg")
def commands() -> None:
    """Governance knowledge graphs: from Turtle files to an answered SPARQL query.

    PROJECT is a folder with a kg.toml; without one, the working directory, or else the Norrbotten graph of the tool.

    \b
    kg serve                       build and serve the Norrbotten graph on http://127.0.0.1:8000
    kg new demo && kg serve demo   a project of your own
    kg query who-owns --param organisation=organisation:filmpool-nord
    """


for _command in (
    *(authoring.new, authoring.fmt, authoring.check, authoring.validate, authoring.cite),
    *(releases.build, releases.verify, releases.stats, releases.publish),
    *(asking.query, asking.serve),
):
    commands.add_command(_command)
