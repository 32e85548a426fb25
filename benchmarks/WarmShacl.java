import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.apache.jena.graph.Graph;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.sparql.graph.GraphFactory;

/** Loads shapes and data once, then validates once for each line of standard input: a line of seconds and results. */
public class WarmShacl {
    public static void main(String[] files) throws Exception {
        Graph shapesGraph = GraphFactory.createDefaultGraph();
        Graph data = GraphFactory.createDefaultGraph();
        long start = System.nanoTime();
        RDFDataMgr.read(shapesGraph, files[0]);
        for (int number = 1; number < files.length; number++) RDFDataMgr.read(data, files[number]);
        System.out.println((System.nanoTime() - start) / 1e9 + " " + data.size());
        Shapes shapes = Shapes.parse(shapesGraph);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        while (lines.readLine() != null) {
            start = System.nanoTime();
            int results = ShaclValidator.get().validate(shapes, data).getEntries().size();
            System.out.println((System.nanoTime() - start) / 1e9 + " " + results);
        }
    }
}
