package org.guildhall.runtime.imports;

import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import org.guildhall.api.Download;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ExportFormat;
import org.guildhall.api.model.ExportId;
import org.guildhall.api.model.ExportState;
import org.guildhall.api.model.GetExportContentQuery;
import org.guildhall.api.model.ListExportsQuery;
import org.guildhall.api.model.MemberExport;
import org.guildhall.api.model.NewMemberExport;
import org.guildhall.api.runtime.ExportsApi;
import org.guildhall.core.data.Db;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.imports.ExportStore.Filter;
import org.guildhall.runtime.imports.ExportStore.New;
import org.guildhall.runtime.imports.ExportStore.Row;

/** Exports: {@code /runtime/exports}. */
final class ExportsHandler implements ExportsApi<Call> {

    private static final int UNFINISHED_MAX = 10;
    private static final byte[] MARK = "\uFEFF".getBytes(StandardCharsets.UTF_8);

    private final Db db;
    private final ExportStore exports;
    private final TaskQueue queue;

    ExportsHandler(Db db, ExportStore exports, TaskQueue queue) {
        this.db = db;
        this.exports = exports;
        this.queue = queue;
    }

    @Override
    public Reply<MemberExport> createExport(Call call, NewMemberExport body) {
        if (exports.unfinished(call.tx()).size() >= UNFINISHED_MAX) {
            throw Problem.CONFLICT.because(
                    UNFINISHED_MAX + " exports are pending or running, which is the maximum. Wait until one of them has ended.");
        }
        var actor = call.actor();
        var export = toApi(exports.insert(call.tx(), new New(body.externalId(), body.format().value(), actor.type(), actor.id())));
        queue.enqueue(call.tx(), ExportJob.NAME, export.id().value());
        call.created(export.id(), export);
        return Reply.accepted("/api/v1/runtime/exports/" + export.id(), export);
    }

    @Override
    public Reply<Page<MemberExport>> listExports(Call call, ListExportsQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(exports.list(call.tx(), call.page(), filter).map(ExportsHandler::toApi));
    }

    @Override
    public Reply<MemberExport> getExport(Call call, ExportId exportId) {
        return Reply.ok(toApi(Require.found(exports.get(call.tx(), exportId.value()))));
    }

    @Override
    public Reply<Download> getExportContent(Call call, ExportId exportId, GetExportContentQuery query) {
        var row = Require.found(exports.get(call.tx(), exportId.value()));
        if (!row.state().equals("succeeded")) {
            throw Problem.INVALID_STATE.because("The export is " + row.state() + ".");
        }
        var tenant = call.tx().tenant();
        var format = MemberWriter.Format.of(row.format());
        boolean mark = Boolean.TRUE.equals(query.bom());
        if (mark && format != MemberWriter.Format.CSV) {
            throw Problem.INVALID_PARAMETER.because("`bom` is only possible for a CSV; the format of the export is " + row.format() + ".")
                    .with(Item.parameter("bom", "invalid", "`bom` is only possible for a CSV."));
        }
        // Each part has its own read, so that a slow client occupies no connection and the memory of one part only.
        IntFunction<byte[]> part = number -> db.read(tenant, Db.ANY_REVISION, tx -> exports.part(tx, row.id(), number));
        var name = "members-" + exportId + "." + row.format();
        return Reply.plain(mark
                ? new Download(format.mediaType(), name, MARK.length + row.bytes(), 1 + row.parts(),
                        number -> number == 0 ? MARK : part.apply(number - 1))
                : new Download(format.mediaType(), name, row.bytes(), row.parts(), part));
    }

    static MemberExport toApi(Row row) {
        return new MemberExport(
                new ExportId(row.id()), row.externalId(), ExportFormat.fromValue(row.format()), ExportState.fromValue(row.state()), row.total(),
                row.bytes(), row.failure(), row.startedAt(), row.finishedAt(), row.expiresAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
