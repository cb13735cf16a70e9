package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.format.Format;
import com.networknt.schema.keyword.FormatKeyword;
import com.networknt.schema.keyword.Keyword;
import com.networknt.schema.keyword.KeywordType;
import com.networknt.schema.keyword.KeywordValidator;
import com.networknt.schema.path.NodePath;
import java.util.Map;

/**
 * The keywords {@code pattern} and {@code format}, tried only on texts within the {@code maxLength} beside them: regular expressions recurse
 * deeply on long texts, and a text that is too long has that mistake alone.
 */
final class LengthFirst {

    private LengthFirst() {}

    /** A pattern with the example of its schema, which tells a caller more than a regular expression. */
    static final class ExplainedPattern extends TextNode {

        private static final long serialVersionUID = 1;

        /** Empty if the schema has none. */
        private final String example;

        private ExplainedPattern(String pattern, String example) {
            super(pattern);
            this.example = example;
        }

        String example() {
            return example;
        }
    }

    /** The keyword {@code pattern}. Its mistakes tell an {@link ExplainedPattern}. */
    static Keyword pattern() {
        return new Keyword() {
            @Override
            public String getValue() {
                return KeywordType.PATTERN.getValue();
            }

            @Override
            public KeywordValidator newValidator(SchemaLocation location, JsonNode value, Schema parent, SchemaContext context) {
                var explained = new ExplainedPattern(value.asText(), parent.getSchemaNode().path("example").asText(""));
                return within(KeywordType.PATTERN.newValidator(location, explained, parent, context), parent);
            }
        };
    }

    /** The keyword {@code format} with these formats. */
    static FormatKeyword format(Map<String, Format> formats) {
        return new FormatKeyword(formats) {
            @Override
            public KeywordValidator newValidator(SchemaLocation location, JsonNode value, Schema parent, SchemaContext context) {
                return within(super.newValidator(location, value, parent, context), parent);
            }
        };
    }

    private static KeywordValidator within(KeywordValidator validator, Schema parent) {
        int most = parent.getSchemaNode().path("maxLength").asInt(Integer.MAX_VALUE);
        return most == Integer.MAX_VALUE ? validator : new Within(validator, most);
    }

    private record Within(KeywordValidator validator, int most) implements KeywordValidator {
        @Override
        public void validate(ExecutionContext context, JsonNode node, JsonNode root, NodePath path) {
            var text = node.textValue();
            if (text == null || text.length() <= most || Texts.length(text) <= most) {
                validator.validate(context, node, root, path);
            }
        }

        @Override
        public String getKeyword() {
            return validator.getKeyword();
        }

        @Override
        public SchemaLocation getSchemaLocation() {
            return validator.getSchemaLocation();
        }
    }
}
