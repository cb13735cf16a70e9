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
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.ComponentSchema;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.imports.ImportStore.Filter;
import org.guildhall.runtime.imports.ImportStore.LineError;
import org.guildhall.runtime.imports.ImportStore.New;
import org.guildhall.runtime.imports.ImportStore.Pending;
import org.guildhall.runtime.imports.ImportStore.Row;
import org.guildhall.runtime.imports.MemberFileReader.Line;

/** Imports: {@code /runtime/imports}. */
final class ImportsHandler implements ImportsApi<Call> {

    private static final int UNFINISHED_MAX = 50;
    private static final int BATCH_ROWS = 1_000;

    private final ImportStore imports;
    private final ComponentSchema memberRow;
    private final TaskQueue queue;

    ImportsHandler(ImportStore imports, ComponentSchema memberRow, TaskQueue queue) {
        this.imports = imports;
        this.memberRow = memberRow;
        this.queue = queue;
    }

    @Override
    public Reply<MemberImport> createImport(Call call, CreateImportQuery query, Upload body) {
        if (imports.unfinished(call.tx()).size() >= UNFINISHED_MAX) {
            throw Problem.CONFLICT.because(
                    UNFINISHED_MAX + " imports are pending or running, which is the maximum. Wait until one of them has ended.");
        }
        var mode = query.mode() == null ? ImportMode.RUN : query.mode();
        var actor = call.actor();
        var id = imports.insert(call.tx(), new New(query.externalId(), MemberFileReader.format(body), mode.value(), actor.type(), actor.id()));
        var batches = new RowBatches(call.tx(), id);
        MemberFileReader.read(body, memberRow, batches::add);
        var created = toApi(batches.finish());
        queue.enqueue(call.tx(), ImportJob.NAME, id);
        call.created(created.id(), created);
        return Reply.accepted("/api/v1/runtime/imports/" + created.id(), created);
    }

    /** Stores the rows and errors of the file in batches. */
    private final class RowBatches {
        private final Tx tx;
        private final UUID importId;
        private final List<Pending> rows = new ArrayList<>();
        private final List<LineError> errors = new ArrayList<>();
        private long total;
        private long failed;

        RowBatches(Tx tx, UUID importId) {
            this.tx = tx;
            this.importId = importId;
        }

        void add(Line line) {
            total++;
            if (line.row() == null) {
                failed++;
                line.errors().forEach(error -> errors.add(new LineError(line.number(), error)));
            } else {
                rows.add(new Pending(total, line.number(), line.row()));
            }
            if (rows.size() + errors.size() >= BATCH_ROWS) {
                store();
            }
        }

        private void store() {
            if (!rows.isEmpty()) {
                imports.addRows(tx, importId, rows);
                rows.clear();
            }
            if (!errors.isEmpty()) {
                imports.addErrors(tx, importId, errors);
                errors.clear();
            }
        }

        Row finish() {
            store();
            return imports.setSize(tx, importId, total, failed);
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
        // The job finds the import canceled, and deletes the remaining rows of the file.
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

    private static MemberImportError toApi(LineError error) {
        return new MemberImportError(error.line(), error.error().column(), error.error().code(), error.error().detail());
    }
}
