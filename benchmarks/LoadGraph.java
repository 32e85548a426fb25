import org.apache.jena.graph.Graph;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.graph.GraphFactory;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.apache.jena.tdb2.loader.DataLoader;
import org.apache.jena.tdb2.loader.LoaderFactory;
import org.apache.jena.tdb2.loader.base.LoaderOps;

/** Loads a file into memory, or into a TDB2 database in a folder: a line of seconds and triples, then waits. */
public class LoadGraph {
    public static void main(String[] arguments) throws Exception {
        long start = System.nanoTime();
        long triples = arguments.length > 1 ? onDisk(arguments[0], arguments[1]) : inMemory(arguments[0]);
        System.out.println((System.nanoTime() - start) / 1e9 + " " + triples);
        System.in.read();
    }

    private static long inMemory(String file) {
        Graph graph = GraphFactory.createDefaultGraph();
        RDFDataMgr.read(graph, file);
        return graph.size();
    }

    private static long onDisk(String file, String folder) {
        DatasetGraph dataset = DatabaseMgr.connectDatasetGraph(folder);
        DataLoader loader = LoaderFactory.parallelLoader(dataset, LoaderOps.outputToLog());
        loader.startBulk();
        loader.load(file);
        loader.finishBulk();
        return Txn.calculateRead(dataset, () -> (long) dataset.getDefaultGraph().size());
    }
}
