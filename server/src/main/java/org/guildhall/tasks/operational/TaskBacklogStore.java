package org.guildhall.tasks.operational;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.resultQuery;

import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The tasks that are neither completed nor canceled. */
public final class TaskBacklogStore {

    /** The numbers of unfinished tasks by state, and the oldest of them. */
    public record Backlog(long open, long inProgress, long blocked, List<Task> tasks) {}

    public record Task(UUID id, String title, @Nullable String detail, @Nullable String owner, @Nullable String workflow, String state) {}

    private static final Field<Long> OPEN = field(name("open"), SQLDataType.BIGINT);
    private static final Field<Long> IN_PROGRESS = field(name("in_progress"), SQLDataType.BIGINT);
    private static final Field<Long> BLOCKED = field(name("blocked"), SQLDataType.BIGINT);
    private static final Field<JSONB> TASKS = field(name("tasks"), SQLDataType.JSONB);
    private static final JsonReader<List<Task>> READER = JsonReader.ofList(Task.class);

    /** The oldest are looked up by state, since the finished tasks may be many. */
    private static final PreparedQuery<Backlog> GET = PreparedQuery.of(
            resultQuery("""
                    with unfinished (state) as (values ('open'), ('in_progress'), ('blocked'))
                    select
                        (select count(*) from tasks.operational_tasks t where t.state = 'open') as open,
                        (select count(*) from tasks.operational_tasks t where t.state = 'in_progress') as in_progress,
                        (select count(*) from tasks.operational_tasks t where t.state = 'blocked') as blocked,
                        (select coalesce(jsonb_agg(jsonb_build_object(
                            'id', v.id, 'title', v.title, 'detail', v.detail, 'owner', v.owner_name, 'workflow', v.workflow, 'state', v.state)
                            order by v.created_at, v.id), '[]')
                         from (
                            select o.*
                            from unfinished u
                            cross join lateral (
                                select * from tasks.operational_tasks t where t.state = u.state order by t.created_at, t.id limit {0}) o
                            order by o.created_at, o.id
                            limit {0}) v) as tasks""", param("most", SQLDataType.INTEGER)),
            List.of(OPEN, IN_PROGRESS, BLOCKED, TASKS),
            cells -> new Backlog(cells.get(OPEN), cells.get(IN_PROGRESS), cells.get(BLOCKED), READER.read(cells.get(TASKS))));

    private TaskBacklogStore() {}

    /** Adds the read of the unfinished tasks. @param most the maximal number of tasks in the result; the numbers include all */
    public static Supplier<Backlog> get(Batch batch, int most) {
        return batch.single(GET, most);
    }
}
