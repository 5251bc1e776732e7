import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.index.reindex.ReindexModulePlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessModulePlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * One OpenSearch node in this process. Takes its home folder, whose config/opensearch.yml has the
 * settings, and runs until its input ends. A distribution finds its modules in a folder; here they stand on the class path.
 */
public class TestNode extends Node {
    private static final List<Class<? extends Plugin>> MODULES =
            List.of(
                    Netty4ModulePlugin.class,
                    CommonAnalysisModulePlugin.class,
                    PainlessModulePlugin.class,
                    MapperExtrasModulePlugin.class,
                    ReindexModulePlugin.class);

    private TestNode(Path home) {
        super(
                InternalSettingsPreparer.prepareEnvironment(
                        Settings.builder().put("path.home", home.toString()).build(),
                        Map.of(),
                        home.resolve("config"),
                        () -> "node"),
                MODULES.stream().map(TestNode::module).toList(),
                true);
    }

    private static PluginInfo module(Class<? extends Plugin> type) {
        return new PluginInfo(
                type.getSimpleName(),
                "on the class path",
                Version.CURRENT.toString(),
                Version.CURRENT,
                "21",
                type.getName(),
                List.of(),
                false);
    }

    public static void main(String[] arguments) throws Exception {
        var node = new TestNode(Path.of(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        System.in.readAllBytes(); // runs until whoever started it closes this, or is gone
        System.exit(0);
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception error) {
            throw new RuntimeException(error);
        }
    }
}
