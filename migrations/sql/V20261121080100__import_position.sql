-- How far an import is stands with it: rows are found behind that place. Those that are done go at once, where nothing has to know of them.

alter table runtime.imports add column position bigint not null default 0;
drop index runtime.import_rows_state_of;
