import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.Facets;
import org.apache.lucene.facet.FacetsCollectorManager;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;

/**
 * Lucene as a peer: takes the arguments of worker.py and says what it says. Two threads write, with
 * a whitespace analyzer; BM25 with k1 0.9 and b 0.75. A prefix scores nothing.
 */
public class Peer {
    private static final int DEPTH = 10;
    private static final List<String> KEYWORDS = List.of("country", "person", "source", "category");
    private static final List<String> FACETS = List.of("country", "person", "source");
    private static final BM25Similarity SIMILARITY = new BM25Similarity(0.9f, 0.75f);
    private static final int BUFFER_MB = 512;
    private static final int OPENINGS = 5;
    private static final long WARM_UP_NS = 10_000_000_000L; // the compiler has done by then
    private static final FacetsConfig CONFIG = new FacetsConfig();

    private record Question(String kind, String[] words, String country) {}

    private record Answer(List<Long> hits, Integer total, List<List<Integer>> counts) {}

    public static void main(String[] arguments) throws Exception {
        KEYWORDS.forEach(field -> CONFIG.setMultiValued(field, true));
        if (arguments[0].equals("write")) {
            long started = System.nanoTime();
            write(Path.of(arguments[1]), Path.of(arguments[2]));
            System.out.println((System.nanoTime() - started) / 1e9);
        } else {
            serve(Path.of(arguments[1]), Path.of(arguments[2]));
        }
    }

    private static void write(Path corpus, Path folder) throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer());
        config.setSimilarity(SIMILARITY).setRAMBufferSizeMB(BUFFER_MB);
        try (BufferedReader lines = Files.newBufferedReader(corpus);
                IndexWriter writer = new IndexWriter(FSDirectory.open(folder), config)) {
            long[] next = {0};
            Callable<Void> add = () -> {
                while (true) {
                    long number;
                    String line;
                    synchronized (lines) {
                        number = next[0]++;
                        line = lines.readLine();
                    }
                    if (line == null) {
                        return null;
                    }
                    writer.addDocument(CONFIG.build(document(number, line.split("\t", -1))));
                }
            };
            var pool = Executors.newFixedThreadPool(2);
            for (Future<Void> done : pool.invokeAll(List.of(add, add))) {
                done.get();
            }
            pool.shutdown();
            writer.commit();
        }
    }

    private static Document document(long number, String[] columns) {
        Document document = new Document();
        document.add(new NumericDocValuesField("number", number));
        document.add(new LongField("moment", Long.parseLong(columns[0]), Field.Store.NO));
        for (int field = 0; field < KEYWORDS.size(); field++) {
            String name = KEYWORDS.get(field);
            for (String value : columns[field + 1].split("\\|")) {
                if (!value.isEmpty()) {
                    document.add(new SortedSetDocValuesFacetField(name, value));
                    document.add(new StringField(name, value, Field.Store.NO));
                }
            }
        }
        document.add(new TextField("text", columns[columns.length - 1], Field.Store.NO));
        return document;
    }

    private static void serve(Path folder, Path file) throws Exception {
        List<Question> questions = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split("\t", -1);
            questions.add(new Question(parts[0], parts[1].split(" "), parts[2]));
        }
        double[] openings = new double[OPENINGS];
        Peer peer = null;
        for (int opening = 0; opening < OPENINGS; opening++) {
            long started = System.nanoTime();
            peer = new Peer(folder);
            openings[opening] = (System.nanoTime() - started) / 1e6;
        }
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < WARM_UP_NS) {
            for (Question question : questions) {
                peer.ask(question, false);
            }
        }
        Arrays.sort(openings);
        System.out.println(openings[OPENINGS / 2]);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = input.readLine()) != null; ) {
            String[] parts = line.split(" ");
            List<Question> asked =
                    questions.stream().filter(one -> one.kind.equals(parts[0])).toList();
            System.out.println(peer.timed(asked, parts[1].equals("total")));
        }
    }

    private final IndexSearcher searcher;
    private final DefaultSortedSetDocValuesReaderState state;

    private Peer(Path folder) throws IOException {
        searcher = new IndexSearcher(DirectoryReader.open(FSDirectory.open(folder)));
        searcher.setSimilarity(SIMILARITY);
        searcher.setQueryCache(null);
        state = new DefaultSortedSetDocValuesReaderState(searcher.getIndexReader(), CONFIG);
    }

    private String timed(List<Question> questions, boolean total) throws IOException {
        List<Long> ns = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (Question question : questions) {
            long started = System.nanoTime();
            Answer answer = ask(question, total);
            ns.add(System.nanoTime() - started);
            answers.add(answer);
        }
        Function<Answer, String> json = answer -> "{\"hits\":" + answer.hits + ",\"total\":"
                + answer.total + ",\"counts\":" + answer.counts + "}";
        String all = answers.stream().map(json).collect(Collectors.joining(","));
        return "{\"ns\":" + ns + ",\"answers\":[" + all + "]}";
    }

    private Answer ask(Question question, boolean total) throws IOException {
        Query query = query(question);
        if (question.kind.equals("facets")) {
            var found =
                    FacetsCollectorManager.search(searcher, query, DEPTH, new FacetsCollectorManager());
            Facets facets = new SortedSetDocValuesFacetCounts(state, found.facetsCollector());
            List<List<Integer>> counts = new ArrayList<>();
            for (String field : FACETS) {
                var top = facets.getTopChildren(DEPTH, field);
                counts.add(top == null ? List.of() : Stream.of(top.labelValues)
                        .map(value -> value.value.intValue()).toList());
            }
            TopDocs hits = found.topDocs();
            return new Answer(numbers(hits), (int) hits.totalHits.value, counts);
        }
        TopDocs hits;
        if (question.kind.equals("newest")) {
            Sort sort = new Sort(LongField.newSortField("moment", true, SortedNumericSelector.Type.MAX));
            hits = searcher.search(query, new TopFieldCollectorManager(sort, DEPTH, null, 1));
        } else {
            hits = searcher.search(query, new TopScoreDocCollectorManager(DEPTH, null, 1));
        }
        return new Answer(numbers(hits), total ? searcher.count(query) : null, List.of());
    }

    private List<Long> numbers(TopDocs hits) throws IOException {
        List<Long> numbers = new ArrayList<>();
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        for (ScoreDoc hit : hits.scoreDocs) {
            LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(hit.doc, leaves));
            NumericDocValues values = leaf.reader().getNumericDocValues("number");
            values.advanceExact(hit.doc - leaf.docBase);
            numbers.add(values.longValue());
        }
        return numbers;
    }

    private static Query query(Question question) {
        String[] words = question.words;
        if (question.kind.equals("phrase")) {
            return new PhraseQuery("text", words);
        }
        if (question.kind.equals("prefix")) {
            return new PrefixQuery(new Term("text", words[0]));
        }
        boolean all = question.kind.equals("and") || question.kind.equals("person+noun");
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        boolean narrowed = !question.country.isEmpty();
        for (String word : words) {
            Query term = new TermQuery(new Term("text", word));
            builder.add(term, all || narrowed ? Occur.MUST : Occur.SHOULD);
        }
        if (narrowed) {
            builder.add(new TermQuery(new Term("country", question.country)), Occur.FILTER);
        }
        return builder.build();
    }
}
