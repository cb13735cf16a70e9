package org.guildhall.tasks.templates;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.guildhall.core.json.Texts;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** Decides whether a text can be a template, and fills it with values. */
final class TemplateRules {

    /** The bounds of a message in the spec. */
    private static final int SUBJECT_MAX = 300;
    private static final int BODY_MAX = 65_536;

    /** The characters that headers must not contain. A line break would begin another header. */
    private static final Pattern NOT_IN_HEADERS = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]");

    private TemplateRules() {}

    /** A value that messages give. */
    record Variable(String name, boolean required) {}

    /** A text with placeholders. */
    record Text(String subject, String body, boolean isHtml, List<Variable> variables) {}

    /** A text without placeholders. */
    record Filled(String subject, String body) {}

    /** @throws ProblemException {@code validation_failed} with all mistakes of the text */
    static void check(Text text) {
        var wrong = new ArrayList<Item>();
        var names = new HashSet<String>();
        for (int at = 0; at < text.variables().size(); at++) {
            if (!names.add(text.variables().get(at).name())) {
                wrong.add(Item.pointer("/variables/" + at + "/name", "duplicate", "The variable `" + text.variables().get(at).name() + "` is repeated."));
            }
        }
        checkPlaceholders("/subject", text.subject(), names, wrong);
        checkPlaceholders("/body", text.body(), names, wrong);
        ProblemException.ifAny(wrong);
    }

    private static void checkPlaceholders(String pointer, String text, HashSet<String> names, List<Item> wrong) {
        if (!Placeholders.isValid(text)) {
            wrong.add(Item.pointer(pointer, "placeholder", "Two braces begin a placeholder of the form `{{name}}`; nothing else can follow them."));
        }
        Placeholders.names(text).stream()
                .filter(name -> !names.contains(name))
                .forEach(name -> wrong.add(Item.pointer(pointer, "unknown", "The placeholder `" + name + "` isn't one of `variables`.")));
    }

    /**
     * Fills a text with values.
     *
     * @param at the pointer of the values in the request's body
     * @throws ProblemException {@code validation_failed} with all values that are unknown, missing or not for a header, or if the text gets too long
     */
    static Filled fill(Text text, Map<String, String> values, String at) {
        var wrong = new ArrayList<Item>();
        var known = text.variables().stream().map(Variable::name).collect(Collectors.toSet());
        values.keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .forEach(name -> wrong.add(Item.pointer(at + "/" + name, "unknown", "The template has no variable `" + name + "`.")));
        text.variables().stream()
                .filter(variable -> variable.required() && !values.containsKey(variable.name()))
                .forEach(variable -> wrong.add(Item.pointer(
                        at + "/" + variable.name(), "required", "The variable `" + variable.name() + "` is required.")));
        Placeholders.names(text.subject()).stream()
                .filter(name -> NOT_IN_HEADERS.matcher(values.getOrDefault(name, "")).find())
                .forEach(name -> wrong.add(Item.pointer(
                        at + "/" + name, "pattern", "The variable `" + name + "` is used in the subject, so its value has one line without control characters.")));
        ProblemException.ifAny(wrong);
        var filled = new Filled(
                Placeholders.filled(text.subject(), values, UnaryOperator.identity()),
                Placeholders.filled(text.body(), values, text.isHtml() ? Placeholders::escapedForHtml : UnaryOperator.identity()));
        if (Texts.length(filled.subject()) > SUBJECT_MAX) {
            wrong.add(Item.pointer(at, "too_long", "The subject would have more than " + SUBJECT_MAX + " characters. Give shorter values."));
        }
        if (Texts.length(filled.body()) > BODY_MAX) {
            wrong.add(Item.pointer(at, "too_long", "The body would have more than " + BODY_MAX + " characters. Give shorter values."));
        }
        ProblemException.ifAny(wrong);
        return filled;
    }
}
