using SQLitePCL;
using static SQLitePCL.raw;

namespace Chain.Storage;

/// <summary>A prepared statement, used again and again. Parameters count from 1, columns from 0.</summary>
public sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        database.Check(sqlite3_bind_int64(statement, parameter, value), "use");
        return this;
    }

    public SqliteStatement Bind(int parameter, ulong value) => Bind(parameter, unchecked((long)value));

    /// <summary>Bytes, copied; an empty span is an empty blob, not null.</summary>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        database.Check(value.IsEmpty
            ? sqlite3_bind_zeroblob(statement, parameter, 0) : sqlite3_bind_blob(statement, parameter, value), "use");
        return this;
    }

    /// <summary>Whether there is a (further) row. Without one the statement is ready for the next use.</summary>
    public bool Step()
    {
        var result = sqlite3_step(statement);
        if (result == SQLITE_ROW) return true;
        try
        {
            database.Check(result, "use");
        }
        finally
        {
            sqlite3_reset(statement);
        }

        return false;
    }

    /// <summary>Runs a statement that answers nothing.</summary>
    public void Run()
    {
        if (Step()) throw new InvalidOperationException("A statement that writes answered a row.");
    }

    /// <summary>Ends reading before the last row.</summary>
    public void Reset() => sqlite3_reset(statement);

    public long Int64(int column) => sqlite3_column_int64(statement, column);

    public ulong UInt64(int column) => unchecked((ulong)Int64(column));

    public int Int32(int column) => checked((int)Int64(column));

    /// <summary>Borrowed until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => sqlite3_column_blob(statement, column);

    public void Dispose() => statement.Dispose();
}
