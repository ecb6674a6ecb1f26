using System.Threading.Channels;

namespace Chain.Network;

/// <summary>
/// One thing to write: a message number with its compressed bytes, or with a message that is still to be encoded.
/// </summary>
/// <param name="DueMs">Not before this instant; 0 for at once.</param>
internal readonly record struct QueuedFrame(int Number, byte[]? Payload, OutgoingMessage? Message, long DueMs)
{
    public int EstimatedBytes => Payload?.Length ?? Message!.EstimatedBytes;

    public long HeldBytes => Payload?.Length ?? Message!.HeldBytes;
}

/// <summary>
/// The bytes that wait in all queues. When it is full, who has more than a little waiting gets no more. Safe from any thread.
/// </summary>
internal sealed class SendTotal(long maxBytes, long always)
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>False when there is no room for these bytes in a queue that holds so many.</summary>
    public bool TryAdd(long bytes, long held)
    {
        if (Bytes + bytes > maxBytes && held + bytes > always) return false;
        Interlocked.Add(ref _bytes, bytes);
        return true;
    }

    public bool IsFull => Bytes >= maxBytes;

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Remove(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}

/// <summary>
/// What waits to be written to one peer: many writers, one reader, bounded in number and bytes, and with all others together in
/// bytes. What the reader has taken counts until it is written, and what a closed queue still holds until it is disposed.
/// </summary>
internal sealed class SendQueue(int maxMessages, long maxBytes, SendTotal total) : IDisposable
{
    private readonly Channel<QueuedFrame> _channel = Channel.CreateUnbounded<QueuedFrame>(new UnboundedChannelOptions
    {
        SingleReader = true,
    });
    private readonly Lock _gate = new();
    private int _messages;
    private long _bytes;
    private long _taken;
    private bool _isClosed;
    private bool _isDisposed;

    /// <summary>False when it is full; true when the frame was taken or the queue is closed.</summary>
    public bool TryAdd(QueuedFrame frame)
    {
        lock (_gate)
        {
            if (_isClosed) return true;
            if (_messages >= maxMessages || _bytes + frame.HeldBytes > maxBytes
                || !total.TryAdd(frame.HeldBytes, _bytes))
            {
                return false;
            }

            Add(frame);
            return true;
        }
    }

    /// <summary>
    /// Takes no more; a last frame still goes out, before it what waits already. False when there is no room to wait until the
    /// peer takes it.
    /// </summary>
    public bool Close(QueuedFrame? last)
    {
        lock (_gate)
        {
            if (_isClosed) return true;
            _isClosed = true;
            var hasRoom = _bytes == 0 || !total.IsFull;
            if (last is { } frame)
            {
                total.Add(frame.HeldBytes);
                Add(frame);
            }

            _channel.Writer.Complete();
            return hasRoom;
        }
    }

    /// <summary>False once it is closed and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken stopping) => _channel.Reader.WaitToReadAsync(stopping);

    public bool TryTake(out QueuedFrame frame)
    {
        lock (_gate)
        {
            if (!_channel.Reader.TryRead(out frame)) return false;
            _messages--;
            _taken += frame.HeldBytes;
            return true;
        }
    }

    /// <summary>What was taken so far is written, and no longer held.</summary>
    public void OnWritten()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            total.Remove(_taken);
            _bytes -= _taken;
            _taken = 0;
        }
    }

    /// <summary>Lets go of what still waits.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            (_isClosed, _isDisposed) = (true, true);
            _channel.Writer.TryComplete();
            while (_channel.Reader.TryRead(out _)) continue;
            total.Remove(_bytes);
        }
    }

    private void Add(QueuedFrame frame)
    {
        _messages++;
        _bytes += frame.HeldBytes;
        _channel.Writer.TryWrite(frame);
    }
}
