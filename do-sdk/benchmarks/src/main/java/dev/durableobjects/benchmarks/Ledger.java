package dev.durableobjects.benchmarks;

import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;

/// An object that queries its storage as an application does, column by name.
final class Ledger extends DurableObject implements LedgerApi {

    private final SqlStorage sql;
    private final KvStorage kv;

    Ledger(DurableObjectState ctx, Env env) {
        super(ctx, env);
        sql = ctx.storage().sql();
        kv = ctx.storage().kv();
    }

    @Override
    public void fill(int rows) {
        sql.exec(LedgerSql.CREATE);
        upserts(rows);
        puts(rows);
    }

    @Override
    public long points(int count) {
        long length = 0;
        for (int i = 0; i < count; i++) {
            SqlRow row = sql.exec(LedgerSql.POINT, LedgerSql.id(i)).one();
            length += String.valueOf(row.getString("name")).length();
        }
        return length;
    }

    @Override
    public long scans(int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            for (SqlRow row : sql.exec(LedgerSql.SCAN)) {
                sum += String.valueOf(row.getString("name")).length() + row.getLong("amount");
            }
        }
        return sum;
    }

    @Override
    public long upserts(int count) {
        for (int i = 0; i < count; i++) {
            long id = LedgerSql.id(i);
            sql.exec(LedgerSql.UPSERT, id, LedgerSql.name(id), (long) i);
        }
        return count;
    }

    @Override
    public long gets(int count) {
        long length = 0;
        for (int i = 0; i < count; i++) {
            length += kv.get(LedgerSql.key(i), String.class).orElseThrow().length();
        }
        return length;
    }

    @Override
    public long puts(int count) {
        for (int i = 0; i < count; i++) {
            kv.put(LedgerSql.key(i), LedgerSql.name(LedgerSql.id(i)));
        }
        return count;
    }
}
