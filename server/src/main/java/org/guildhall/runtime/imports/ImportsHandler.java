package org.guildhall.runtime.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.Upload;
import org.guildhall.api.model.CreateImportQuery;
import org.guildhall.api.model.ImportFormat;
import org.guildhall.api.model.ImportId;
import org.guildhall.api.model.ImportMode;
import org.guildhall.api.model.ImportState;
import org.guildhall.api.model.ListImportsQuery;
import org.guildhall.api.model.MemberImport;
import org.guildhall.api.model.MemberImportError;
import org.guildhall.api.runtime.ImportsApi;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.ComponentSchema;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.imports.ImportStore.Filter;
import org.guildhall.runtime.imports.ImportStore.New;
import org.guildhall.runtime.imports.ImportStore.Pending;
import org.guildhall.runtime.imports.ImportStore.Row;
import org.guildhall.runtime.imports.ImportStore.Wrong;
import org.guildhall.runtime.imports.MemberFileReader.Line;

/** Imports: {@code /runtime/imports}. */
final class ImportsHandler implements ImportsApi<Call> {

    private static final int UNFINISHED_MAX = 50;
    private static final int ROWS_AT_ONCE = 1_000;

    private final ImportStore imports;
    private final ComponentSchema memberRow;
    private final TaskQueue work;

    ImportsHandler(ImportStore imports, ComponentSchema memberRow, TaskQueue work) {
        this.imports = imports;
        this.memberRow = memberRow;
        this.work = work;
    }

    @Override
    public Reply<MemberImport> createImport(Call call, CreateImportQuery query, Upload body) {
        if (imports.unfinished(call.tx()).size() >= UNFINISHED_MAX) {
            throw Problem.CONFLICT.because(UNFINISHED_MAX + " imports wait or run already; wait until one of them has ended.");
        }
        var mode = query.mode() == null ? ImportMode.RUN : query.mode();
        var actor = call.actor();
        var id = imports.insert(call.tx(), new New(query.externalId(), MemberFileReader.format(body), mode.value(), actor.type(), actor.id()));
        var rows = new Intake(call.tx(), id);
        MemberFileReader.read(body, memberRow, rows::take);
        var made = toApi(rows.finish());
        work.enqueue(call.tx(), ImportJob.NAME, id);
        call.created(made.id(), made);
        return Reply.accepted("/api/v1/runtime/imports/" + made.id(), made);
    }

    /** Stores what comes out of the file, some at a time. */
    private final class Intake {
        private final Tx tx;
        private final UUID importId;
        private final List<Pending> right = new ArrayList<>();
        private final List<Wrong> wrong = new ArrayList<>();
        private long total;
        private long failed;

        Intake(Tx tx, UUID importId) {
            this.tx = tx;
            this.importId = importId;
        }

        void take(Line line) {
            total++;
            if (line.row() == null) {
                failed++;
                line.mistakes().forEach(mistake -> wrong.add(new Wrong(line.number(), mistake)));
            } else {
                right.add(new Pending(total, line.number(), line.row()));
            }
            if (right.size() + wrong.size() >= ROWS_AT_ONCE) {
                store();
            }
        }

        private void store() {
            if (!right.isEmpty()) {
                imports.addRows(tx, importId, right);
                right.clear();
            }
            if (!wrong.isEmpty()) {
                imports.addErrors(tx, importId, wrong);
                wrong.clear();
            }
        }

        Row finish() {
            store();
            return imports.sized(tx, importId, total, failed);
        }
    }

    @Override
    public Reply<Page<MemberImport>> listImports(Call call, ListImportsQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(), query.mode() == null ? null : query.mode().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(imports.list(call.tx(), call.page(), filter).map(ImportsHandler::toApi));
    }

    @Override
    public Reply<MemberImport> getImport(Call call, ImportId importId) {
        return Reply.ok(toApi(Require.found(imports.get(call.tx(), importId.value()))));
    }

    @Override
    public Reply<Page<MemberImportError>> listImportErrors(Call call, ImportId importId) {
        Require.found(imports.get(call.tx(), importId.value()));
        return Reply.list(imports.errors(call.tx(), call.page(), importId.value()).map(ImportsHandler::toApi));
    }

    @Override
    public Reply<MemberImport> cancelImport(Call call, ImportId importId) {
        var before = Require.found(imports.lock(call.tx(), importId.value()));
        call.expect(before.version());
        if (before.isFinished()) {
            throw Problem.INVALID_STATE.because("The import is " + before.state() + ".");
        }
        // The worker finds it so, and forgets what is left of the file.
        var canceled = toApi(imports.finish(call.tx(), before.id(), "canceled", null));
        call.changed(canceled.id(), toApi(before), canceled);
        return Reply.ok(canceled);
    }

    static MemberImport toApi(Row row) {
        var counts = row.counts();
        return new MemberImport(
                new ImportId(row.id()), row.externalId(), ImportFormat.fromValue(row.format()), ImportMode.fromValue(row.mode()),
                ImportState.fromValue(row.state()), counts.total(), counts.processed(), counts.created(), counts.updated(), counts.unchanged(),
                counts.failed(), row.failure(), row.startedAt(), row.finishedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static MemberImportError toApi(Wrong wrong) {
        return new MemberImportError(wrong.line(), wrong.mistake().column(), wrong.mistake().code(), wrong.mistake().detail());
    }
}
