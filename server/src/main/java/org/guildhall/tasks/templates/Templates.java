package org.guildhall.tasks.templates;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.Batch;
import org.guildhall.tasks.templates.TemplateStore.Row;
import org.jspecify.annotations.Nullable;

/** The part {@code templates}: what the messages need of it. */
public final class Templates {

    private static final String AT = "/template";

    private final TemplateStore store = new TemplateStore();

    /** A text without placeholders, and the version of the template that it was made from. */
    public record Text(UUID templateId, long version, String category, String format, String subject, String body) {}

    /**
     * The template that a message names: by its id, or by key and language.
     *
     * @param language null if the key has one language only
     * @param values the values of its variables by name
     */
    public record Choice(@Nullable UUID id, @Nullable String key, @Nullable String language, Map<String, String> values) {}

    /** The rows that a choice has found. */
    public static final class Found {

        private final List<Row> rows;

        private Found(List<Row> rows) {
            this.rows = rows;
        }
    }

    /** Binds the operations of this part and declares its constraints. */
    public void bind(Api api) {
        new TemplatesHandler(store).bind(api.routes());
        api.constraints()
                .on("templates_key", Problem.ALREADY_EXISTS, "/key", "Another template that isn't archived has this key and language.");
    }

    /** Adds the read of the chosen template. @throws ProblemException {@code validation_failed} if the choice has neither or both of id and key */
    public Supplier<Found> find(Batch batch, Choice choice) {
        if ((choice.id() == null) == (choice.key() == null)) {
            throw refused("", "excluded", "A template is a `template_id` or a `key`, exactly one of both.");
        }
        if (choice.id() != null && choice.language() != null) {
            throw refused("/language", "excluded", "`language` is given with `key` only.");
        }
        var rows = choice.id() != null ? store.get(batch, choice.id()) : store.published(batch, String.valueOf(choice.key()), choice.language());
        return () -> new Found(rows.get());
    }

    /** Fills the chosen template with those of the values that it has a variable for. @throws ProblemException {@code validation_failed} if it can't be used */
    public Text fillKnown(Found found, Choice choice) {
        var known = found.rows.isEmpty() ? Set.<String>of()
                : found.rows.getFirst().variables().stream().map(TemplateRules.Variable::name).collect(Collectors.toSet());
        var values = choice.values().entrySet().stream()
                .filter(value -> known.contains(value.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return fill(found, new Choice(choice.id(), choice.key(), choice.language(), values));
    }

    /** Fills the chosen template. @throws ProblemException {@code validation_failed} if it can't be used, or the values don't fit */
    public Text fill(Found found, Choice choice) {
        var pointer = choice.id() == null ? "/key" : "/template_id";
        if (found.rows.isEmpty()) {
            throw refused(pointer, "unknown_reference", choice.id() == null ? "There is no such published template." : "There is no such template.");
        }
        if (found.rows.size() > 1) {
            throw refused("/language", "required", "`language` is required, since several published templates have this key.");
        }
        var row = found.rows.getFirst();
        if (!row.state().equals("published")) {
            throw refused(pointer, "invalid_state", "The template is " + row.state() + ". Publish it before messages use it.");
        }
        var filled = TemplateRules.fill(row.text(), choice.values(), AT + "/variables");
        return new Text(row.id(), row.version(), row.category(), row.format(), filled.subject(), filled.body());
    }

    private static ProblemException refused(String pointer, String code, String detail) {
        return Problem.VALIDATION_FAILED.because(detail).with(Item.pointer(AT + pointer, code, detail));
    }
}
