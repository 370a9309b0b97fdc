import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import net.minidev.json.JSONObject;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.ReferenceInsertionEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.util.ContextAware;

/**
 * Says what Apache Velocity, Jayway's JsonPath and java.util.regex make of templates, paths and
 * patterns.
 *
 * <p>A line of standard input is a JSON object with "template" and "variables", with "path" and
 * "document", or with "regex", "text" and "replacement"; the line of standard output for it is an
 * object with what came of it, or with "error".
 */
public final class Oracle {
  /** Remembers which variables were set to null; Velocity forgets such a variable altogether. */
  private static final class Variables extends VelocityContext {
    private final Set<Object> nulls = new HashSet<>();

    Variables(Map<String, Object> given) {
      super(given);
      given.forEach((name, value) -> { if (value == null) nulls.add(name); });
    }

    @Override
    public Object internalPut(String key, Object value) {
      nulls.remove(key);
      return super.internalPut(key, value);
    }

    @Override
    public Object internalRemove(Object key) {
      boolean set =
          StackWalker.getInstance()
              .walk(frames -> frames.limit(6).anyMatch(f -> f.getClassName().endsWith("ASTSetDirective")));
      if (set) nulls.add(key);
      else nulls.remove(key);
      return super.internalRemove(key);
    }
  }

  /** Prints null as nothing, as API Gateway does, unless the variable was never set. */
  private static final class NullIsEmpty implements ReferenceInsertionEventHandler, ContextAware {
    private final Variables variables;
    private Context context;

    NullIsEmpty(Variables variables) {
      this.variables = variables;
    }

    @Override
    public void setContext(Context current) {
      context = current;
    }

    @Override
    public Object referenceInsert(String reference, Object value) {
      String root = reference.replaceAll("^[\\\\]*\\$!?\\{?", "").replaceAll("(?s)[^\\w-].*", "");
      boolean known = context.containsKey(root) || variables.nulls.contains(root);
      return value == null && known ? "" : value;
    }
  }

  private static VelocityEngine engine() {
    VelocityEngine engine = new VelocityEngine();
    engine.setProperty(
        "runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    engine.setProperty("input.encoding", "UTF-8");
    engine.setProperty("parser.pool.size", "1");
    engine.setProperty("resource.loader", "string");
    engine.setProperty(
        "string.resource.loader.class",
        "org.apache.velocity.runtime.resource.loader.StringResourceLoader");
    engine.setProperty("velocimacro.library", "");
    // Recorded: a variable set to null prints as nothing.
    engine.setProperty("directive.set.null.allowed", "true");
    return engine;
  }

  private static String render(String template, Map<String, Object> variables) {
    Variables context = new Variables(variables);
    EventCartridge events = new EventCartridge();
    events.addEventHandler(new NullIsEmpty(context));
    events.attachToContext(context);
    StringWriter writer = new StringWriter();
    // A new engine each time, since macros would stay.
    engine().evaluate(context, writer, "oracle", template);
    return writer.toString();
  }

  @SuppressWarnings("unchecked")
  private static JSONObject answer(String line) {
    JSONObject answer = new JSONObject();
    try {
      Map<String, Object> question = (Map<String, Object>) JsonPath.read(line, "$");
      if (question.containsKey("path")) {
        String document = (String) question.get("document");
        answer.put("found", JsonPath.read(document, (String) question.get("path")));
      } else if (question.containsKey("regex")) {
        String regex = (String) question.get("regex");
        String text = (String) question.get("text");
        answer.put("matches", text.matches(regex));
        answer.put("replaced", text.replaceAll(regex, (String) question.get("replacement")));
        answer.put("pieces", Arrays.asList(text.split(regex, -1)));
      } else {
        Map<String, Object> variables = (Map<String, Object>) question.get("variables");
        answer.put("output", render((String) question.get("template"), variables));
      }
    } catch (PathNotFoundException missing) {
      answer.put("missing", true);
    } catch (Exception | StackOverflowError error) {
      answer.put("error", String.valueOf(error));
    }
    return answer;
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      out.println(answer(line).toJSONString());
    }
  }
}
