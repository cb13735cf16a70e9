package org.guildhall.tasks.templates;

import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListTemplatesQuery;
import org.guildhall.api.model.MessageCategory;
import org.guildhall.api.model.MessageChannel;
import org.guildhall.api.model.MessageFormat;
import org.guildhall.api.model.NewTemplate;
import org.guildhall.api.model.NewTemplateVariable;
import org.guildhall.api.model.RenderedTemplate;
import org.guildhall.api.model.Template;
import org.guildhall.api.model.TemplateId;
import org.guildhall.api.model.TemplatePatch;
import org.guildhall.api.model.TemplateState;
import org.guildhall.api.model.TemplateValues;
import org.guildhall.api.model.TemplateVariable;
import org.guildhall.api.tasks.TemplatesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.templates.TemplateRules.Variable;
import org.guildhall.tasks.templates.TemplateStore.Filter;
import org.guildhall.tasks.templates.TemplateStore.Row;
import org.guildhall.tasks.templates.TemplateStore.Values;
import org.jspecify.annotations.Nullable;

/** Templates: {@code /tasks/templates}. */
final class TemplatesHandler implements TemplatesApi<Call> {

    private static final String BASE = "/api/v1/tasks/templates/";

    private final TemplateStore templates;

    TemplatesHandler(TemplateStore templates) {
        this.templates = templates;
    }

    @Override
    public Reply<Template> createTemplate(Call call, NewTemplate body) {
        var format = body.format() == null ? MessageFormat.TEXT : body.format();
        var values = new Values(
                body.externalId(), body.category().value(), body.subject(), body.body(), format.value(), variables(body.variables()));
        TemplateRules.check(values.text());
        var template = toApi(templates.insert(call.tx(), body.key(), body.language(), values));
        call.created(template.id(), template);
        return Reply.created(BASE + template.id(), template);
    }

    @Override
    public Reply<Page<Template>> listTemplates(Call call, ListTemplatesQuery query) {
        var filter = new Filter(
                query.externalId(), query.key(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(templates.list(call.tx(), call.page(), filter).map(TemplatesHandler::toApi));
    }

    @Override
    public Reply<Template> getTemplate(Call call, TemplateId templateId) {
        return Reply.ok(toApi(Require.found(templates.get(call.tx(), templateId.value()))));
    }

    @Override
    public Reply<Template> updateTemplate(Call call, TemplateId templateId, Patch<TemplatePatch> patch) {
        var before = lock(call, templateId);
        if (before.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The template is archived.");
        }
        var current = patchable(before);
        var wanted = patch.onto(current);
        var values = new Values(
                wanted.externalId(), wanted.category().value(), wanted.subject(), wanted.body(), wanted.format().value(), variables(wanted.variables()));
        if (values.equals(values(before))) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        TemplateRules.check(values.text());
        return changed(call, before, templates.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Template> publishTemplate(Call call, TemplateId templateId) {
        var before = lock(call, templateId);
        if (!before.state().equals("draft")) {
            throw Problem.INVALID_STATE.because("Only a draft can be published; this template is " + before.state() + ".");
        }
        return changed(call, before, templates.publish(call.tx(), before.id()));
    }

    @Override
    public Reply<Template> archiveTemplate(Call call, TemplateId templateId) {
        var before = lock(call, templateId);
        if (before.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The template is archived already.");
        }
        return changed(call, before, templates.archive(call.tx(), before.id()));
    }

    @Override
    public Reply<RenderedTemplate> renderTemplate(Call call, TemplateId templateId, TemplateValues body) {
        var row = Require.found(templates.get(call.tx(), templateId.value()));
        var filled = TemplateRules.fill(row.text(), body.variables(), "/variables");
        return Reply.plain(new RenderedTemplate(filled.subject(), filled.body(), MessageFormat.fromValue(row.format())));
    }

    private Row lock(Call call, TemplateId id) {
        var row = Require.found(templates.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<Template> changed(Call call, Row before, Row after) {
        var template = toApi(after);
        call.changed(template.id(), toApi(before), template);
        return Reply.ok(template);
    }

    private static List<Variable> variables(@Nullable List<NewTemplateVariable> variables) {
        return variables == null
                ? List.of()
                : variables.stream().map(variable -> new Variable(variable.name(), !Boolean.FALSE.equals(variable.required()))).toList();
    }

    private static Values values(Row row) {
        return new Values(row.externalId(), row.category(), row.subject(), row.body(), row.format(), row.variables());
    }

    private static TemplatePatch patchable(Row row) {
        return new TemplatePatch(
                row.externalId(), MessageCategory.fromValue(row.category()), row.subject(), row.body(), MessageFormat.fromValue(row.format()),
                row.variables().stream().map(variable -> new NewTemplateVariable(variable.name(), variable.required())).toList());
    }

    private static Template toApi(Row row) {
        return new Template(
                new TemplateId(row.id()), row.externalId(), row.key(), MessageChannel.fromValue(row.channel()), MessageCategory.fromValue(row.category()),
                row.language(), row.subject(), row.body(), MessageFormat.fromValue(row.format()),
                row.variables().stream().map(variable -> new TemplateVariable(variable.name(), variable.required())).toList(),
                TemplateState.fromValue(row.state()), row.publishedAt(), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
