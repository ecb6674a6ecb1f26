namespace Chain.Network;

/// <summary>
/// The read buffers of all connections together. When they take too much the connection with the largest one ends, so that a peer
/// that sends no more than others is never the one to go. Safe from any thread.
/// </summary>
internal sealed class ReceiveTotal(long maxBytes, LargeBuffers buffers)
{
    private readonly Lock _gate = new();

    // In the order in which they grew last.
    private readonly List<ReceiveShare> _shares = [];
    private long _bytes;

    /// <summary>Bytes of all buffers that are counted.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <param name="overrun">Called, once at most, when this share has to go.</param>
    public ReceiveShare Open(Action overrun) => new(this, overrun);

    internal void Set(ReceiveShare share, int bytes)
    {
        var victims = new List<ReceiveShare>();
        lock (_gate)
        {
            if (share.IsOver) return;
            Take(share, bytes);
            while (_bytes > maxBytes)
            {
                var largest = _shares.MaxBy(other => other.Bytes)!;
                Close(largest);
                victims.Add(largest);
            }
        }

        foreach (var victim in victims) victim.Overrun();
        buffers.Made(bytes);
    }

    internal void Close(ReceiveShare share)
    {
        lock (_gate)
        {
            Take(share, 0);
            share.IsOver = true;
        }
    }

    private void Take(ReceiveShare share, int bytes)
    {
        _shares.Remove(share);
        _bytes += bytes - share.Bytes;
        share.Bytes = bytes;
        if (bytes > 0) _shares.Add(share);
    }
}

/// <summary>One connection's read buffer. Not counted until it grows: every connection has the first, small one.</summary>
internal sealed class ReceiveShare(ReceiveTotal total, Action overrun) : IDisposable
{
    /// <summary>Guarded by the total.</summary>
    internal int Bytes { get; set; }

    /// <summary>Guarded by the total.</summary>
    internal bool IsOver { get; set; }

    internal Action Overrun { get; } = overrun;

    /// <summary>The buffer has so many bytes now.</summary>
    public void Resize(int bytes) => total.Set(this, bytes);

    public void Dispose() => total.Close(this);
}
