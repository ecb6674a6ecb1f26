namespace Chain.Mining;

/// <summary>How long to wait before the next try: a quarter of a second, doubled with each failure up to ten seconds.</summary>
internal struct Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private int _failures;

    public TimeSpan Next()
    {
        var wait = First * Math.Pow(2, Math.Min(_failures, 10));
        _failures++;
        return wait < Longest ? wait : Longest;
    }

    public void Reset() => _failures = 0;
}
