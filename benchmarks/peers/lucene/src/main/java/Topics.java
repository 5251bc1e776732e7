import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;

/**
 * Two baselines over the same articles: BM25 of words as they stand, lower-cased, and Lucene's own
 * Indonesian analysis. Both have one field, any word is enough, and parameters are Lucene's. Takes a
 * file of identifiers and texts, one of topics and questions, and how many hits to tell; prints
 * system, topic and identifier, best first.
 */
public class Topics {
    private static final String TEXT = "text";

    public static void main(String[] arguments) throws Exception {
        Map<String, Analyzer> systems = new LinkedHashMap<>();
        systems.put("bm25", new StandardAnalyzer()); // has no stop words unless it is given some
        systems.put("lucene", new IndonesianAnalyzer());
        for (var system : systems.entrySet()) {
            try (var folder = new ByteBuffersDirectory()) {
                write(folder, system.getValue(), Path.of(arguments[0]));
                var searcher = new IndexSearcher(DirectoryReader.open(folder));
                searcher.setSimilarity(new BM25Similarity());
                var questions = new QueryBuilder(system.getValue());
                for (String line : Files.readAllLines(Path.of(arguments[1]))) {
                    String[] topic = line.split("\t");
                    Query query = questions.createBooleanQuery(TEXT, topic[1]);
                    for (ScoreDoc hit : searcher.search(query, Integer.parseInt(arguments[2])).scoreDocs) {
                        String id = searcher.storedFields().document(hit.doc).get("id");
                        System.out.println(system.getKey() + "\t" + topic[0] + "\t" + id);
                    }
                }
            }
        }
    }

    private static void write(ByteBuffersDirectory folder, Analyzer analyzer, Path corpus)
            throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(analyzer);
        config.setSimilarity(new BM25Similarity());
        try (var lines = Files.newBufferedReader(corpus); var writer = new IndexWriter(folder, config)) {
            for (String line; (line = lines.readLine()) != null; ) {
                String[] columns = line.split("\t", 2);
                Document document = new Document();
                document.add(new StoredField("id", columns[0]));
                document.add(new TextField(TEXT, columns[1], Field.Store.NO));
                writer.addDocument(document);
            }
        }
    }
}
