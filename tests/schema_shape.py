"""What a database's tables are like: columns, constraints, indexes and rights, as PostgreSQL itself says them."""

from ledger_rows import fetch

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       a.attgenerated,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname <> 'alembic_version'
"""
CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = 'public' AND t.relname <> 'alembic_version'
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
# Of tables and of what counts their ids.
RIGHTS = """
SELECT c.relname, c.relkind::text, pg_get_userbyid(c.relowner), c.reloptions::text, c.relrowsecurity,
       c.relpersistence::text, a.grantee::regrole::text, a.privilege_type, a.is_grantable
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN LATERAL aclexplode(c.relacl) a ON true
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'S')
"""
RIGHTS_OF_COLUMNS = """
SELECT c.relname, a.attname, a.attacl::text, a.attstattarget, a.attstorage::text, a.attcompression::text
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
TRIGGERS = """
SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL SELECT p.tablename, concat_ws(' ', p.policyname, p.permissive, p.roles, p.cmd, p.qual, p.with_check)
FROM pg_policies p
UNION ALL SELECT d.objoid::regclass::text, d.description FROM pg_description d
JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
WHERE d.classoid = 'pg_class'::regclass
"""
ALL = (COLUMNS, CONSTRAINTS, INDEXES, RIGHTS, RIGHTS_OF_COLUMNS, TRIGGERS)


async def shape_of(dsn: str) -> dict[str, set[tuple[object, ...]]]:
    return {statement: set(await fetch(dsn, statement)) for statement in ALL}
