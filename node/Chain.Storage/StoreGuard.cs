using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// What stored bytes that make no sense become: damage, told with the record and the way out.
/// </summary>
public static class StoreGuard
{
    /// <summary>Whether an exception can come from what a record holds. A store that is closed or misused is a bug.</summary>
    public static bool IsOfContent(Exception problem) => problem switch
    {
        ObjectDisposedException => false,
        SqliteBugException bug => !bug.IsMisuse,
        RlpException or ArgumentException or ArithmeticException or FormatException => true,
        InvalidOperationException or IndexOutOfRangeException or InvalidCastException or NullReferenceException => true,
        _ => false,
    };

    public static StoreException Damaged(string path, string what, Exception? inner = null) =>
        new(StoreFailure.Corrupt, $"'{path}' is damaged: {what.TrimEnd('.')}. {StoreException.WayOut}.", inner);
}
