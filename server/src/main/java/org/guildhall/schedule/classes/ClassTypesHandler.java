package org.guildhall.schedule.classes;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.ClassType;
import org.guildhall.api.model.ClassTypeId;
import org.guildhall.api.model.ClassTypePatch;
import org.guildhall.api.model.ListClassTypesQuery;
import org.guildhall.api.model.NewClassType;
import org.guildhall.api.model.Promotion;
import org.guildhall.api.schedule.ClassTypesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.classes.ClassTypeStore.Filter;
import org.guildhall.schedule.classes.ClassTypeStore.Row;
import org.guildhall.schedule.classes.ClassTypeStore.Values;

/** Class types: {@code /schedule/class-types}. */
final class ClassTypesHandler implements ClassTypesApi<Call> {

    private final ClassTypeStore classTypes;
    private final RuleChecks checks;
    private final LivingSeries series;

    ClassTypesHandler(ClassTypeStore classTypes, RuleChecks checks, LivingSeries series) {
        this.classTypes = classTypes;
        this.checks = checks;
        this.series = series;
    }

    @Override
    public Reply<ClassType> createClassType(Call call, NewClassType body) {
        var rules = RuleDefaults.rules(body);
        checks.check(call.tx(), rules);
        var values = new Values(body.externalId(), body.name(), body.description(), body.durationMinutes(), body.capacity(), rules, body.color());
        var classType = toApi(classTypes.insert(call.tx(), values));
        call.created(classType.id(), classType);
        return Reply.created("/api/v1/schedule/class-types/" + classType.id(), classType);
    }

    @Override
    public Reply<Page<ClassType>> listClassTypes(Call call, ListClassTypesQuery query) {
        var filter = new Filter(query.externalId(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(classTypes.list(call.tx(), call.page(), filter).map(ClassTypesHandler::toApi));
    }

    @Override
    public Reply<ClassType> getClassType(Call call, ClassTypeId classTypeId) {
        return Reply.ok(toApi(Require.found(classTypes.get(call.tx(), classTypeId.value()))));
    }

    @Override
    public Reply<ClassType> updateClassType(Call call, ClassTypeId classTypeId, Patch<ClassTypePatch> patch) {
        var before = locked(call, classTypeId);
        var wanted = patch.onto(patchable(before.values()));
        var values = new Values(wanted.externalId(), wanted.name(), wanted.description(), wanted.durationMinutes(), wanted.capacity(),
                RuleDefaults.rules(wanted), wanted.color());
        if (values.equals(before.values())) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        Require.active(before.state(), "class type");
        checks.check(call.tx(), values.rules());
        return changed(call, before, classTypes.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<ClassType> archiveClassType(Call call, ClassTypeId classTypeId) {
        var before = locked(call, classTypeId);
        Require.active(before.state(), "class type");
        LivingSeries.requireNone(series.ofClassType(call.tx(), before.id()), "class type");
        return changed(call, before, classTypes.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, ClassTypeId classTypeId) {
        var row = Require.found(classTypes.lock(call.tx(), classTypeId.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<ClassType> changed(Call call, Row before, Row after) {
        var classType = toApi(after);
        call.changed(classType.id(), toApi(before), classType);
        return Reply.ok(classType);
    }

    private static ClassTypePatch patchable(Values values) {
        var rules = values.rules();
        return new ClassTypePatch(
                values.externalId(), values.name(), values.description(), values.durationMinutes(), values.capacity(), rules.waitlistPlaces(),
                rules.bookingOpensMinutes(), rules.bookingClosesMinutes(), rules.cancellationCutoffMinutes(), rules.waitlistClosesMinutes(),
                Promotion.fromValue(rules.promotion()), rules.offerMinutes(), rules.strictOrder(), rules.allowOverlap(), rules.ageMin(),
                rules.ageMax(), AllowanceUses.patchable(rules.needs()), values.color());
    }

    private static ClassType toApi(Row row) {
        var values = row.values();
        var rules = values.rules();
        return new ClassType(
                new ClassTypeId(row.id()), values.externalId(), values.name(), values.description(), values.durationMinutes(), values.capacity(),
                rules.waitlistPlaces(), rules.bookingOpensMinutes(), rules.bookingClosesMinutes(), rules.cancellationCutoffMinutes(),
                rules.waitlistClosesMinutes(), Promotion.fromValue(rules.promotion()), rules.offerMinutes(), rules.strictOrder(),
                rules.allowOverlap(), rules.ageMin(), rules.ageMax(), AllowanceUses.toApi(rules.needs()), values.color(), ActiveState.fromValue(row.state()), row.archivedAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }
}
