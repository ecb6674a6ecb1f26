using Chain.Node;

namespace Chain.Network;

/// <summary>How much of what peers send may be on its way to the core at once, in messages and in bytes of memory.</summary>
public sealed record InboundLimits
{
    /// <summary>Messages of one peer.</summary>
    public int MessagesPerPeer { get; init; } = 256;

    /// <summary>Bytes of one peer. A single larger message is let in alone.</summary>
    public long BytesPerPeer { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of all peers together.</summary>
    public long Bytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes that each peer may have on the way even while the others fill the whole.</summary>
    public long BytesAlways { get; init; } = 512 * 1024;
}

/// <summary>
/// Shares of the memory for messages between the network and the core. Taken for a message before it is unpacked and given back
/// once the core has handled it; where there is no room the peer's own reader waits, and nobody else. Safe from any thread.
/// </summary>
public sealed class InboundShares(InboundLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, Share> _shares = [];

    // The readers that wait, in the order in which they came: one for each peer.
    private readonly LinkedList<Waiter> _waiting = new();
    private long _bytes;

    private sealed class Share
    {
        public int Messages { get; set; }

        public long Bytes { get; set; }
    }

    private sealed record Waiter(InboundLease Lease, TaskCompletionSource<InboundLease> Granted);

    /// <summary>Bytes taken by all peers.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>Readers that wait for room.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Takes room for a message of this many bytes of memory, now or once there is some.</summary>
    public async ValueTask<InboundLease> TakeAsync(PeerId peer, long bytes, CancellationToken stopping)
    {
        var lease = new InboundLease(this, peer, bytes);
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (TryTake(lease)) return lease;
            node = _waiting.AddLast(
                new Waiter(lease, new TaskCompletionSource<InboundLease>(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        await using var registration = stopping.Register(() => GiveUp(node, stopping));
        return await node.Value.Granted.Task.ConfigureAwait(false);
    }

    internal void Release(InboundLease lease)
    {
        lock (_gate)
        {
            var share = _shares[lease.Peer];
            share.Messages--;
            share.Bytes -= lease.Bytes;
            _bytes -= lease.Bytes;
            if (share.Messages == 0) _shares.Remove(lease.Peer);
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (TryTake(node.Value.Lease))
                {
                    _waiting.Remove(node);
                    node.Value.Granted.TrySetResult(node.Value.Lease);
                }

                node = next;
            }
        }
    }

    private void GiveUp(LinkedListNode<Waiter> node, CancellationToken stopping)
    {
        lock (_gate)
        {
            if (node.List is null) return;
            _waiting.Remove(node);
        }

        node.Value.Granted.TrySetCanceled(stopping);
    }

    private bool TryTake(InboundLease lease)
    {
        var share = _shares.GetValueOrDefault(lease.Peer);
        var (messages, bytes) = (share?.Messages ?? 0, share?.Bytes ?? 0);
        if (messages >= limits.MessagesPerPeer || (bytes > 0 && bytes + lease.Bytes > limits.BytesPerPeer)) return false;
        if (_bytes > 0 && _bytes + lease.Bytes > limits.Bytes && bytes + lease.Bytes > limits.BytesAlways) return false;
        if (share is null) _shares.Add(lease.Peer, share = new Share());
        share.Messages++;
        share.Bytes += lease.Bytes;
        _bytes += lease.Bytes;
        return true;
    }
}

/// <summary>One message's room; given back when it is disposed, once.</summary>
public sealed class InboundLease : IDisposable
{
    private readonly InboundShares _shares;
    private int _isOver;

    internal InboundLease(InboundShares shares, PeerId peer, long bytes) => (_shares, Peer, Bytes) = (shares, peer, bytes);

    internal PeerId Peer { get; }

    internal long Bytes { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0) _shares.Release(this);
    }
}
