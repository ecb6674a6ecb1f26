using System.Threading.Channels;

namespace Chain.Network;

/// <summary>
/// One thing to write: a message number with its compressed bytes, or with a message that is still to be encoded.
/// </summary>
/// <param name="DueMs">Not before this instant; 0 for at once.</param>
internal readonly record struct QueuedFrame(int Number, byte[]? Payload, OutgoingMessage? Message, long DueMs)
{
    public int EstimatedBytes => Payload?.Length ?? Message!.EstimatedBytes;
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

    public void Remove(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}

/// <summary>
/// What waits to be written to one peer: many writers, one reader, bounded in number and bytes, and with all others together in
/// bytes.
/// </summary>
internal sealed class SendQueue(int maxMessages, long maxBytes, SendTotal total)
{
    private readonly Channel<QueuedFrame> _channel = Channel.CreateUnbounded<QueuedFrame>(new UnboundedChannelOptions
    {
        SingleReader = true,
    });
    private readonly Lock _gate = new();
    private int _messages;
    private long _bytes;
    private bool _closed;

    /// <summary>False when it is full; true when the frame was taken or the queue is closed.</summary>
    public bool TryAdd(QueuedFrame frame)
    {
        lock (_gate)
        {
            if (_closed) return true;
            if (_messages >= maxMessages || _bytes + frame.EstimatedBytes > maxBytes
                || !total.TryAdd(frame.EstimatedBytes, _bytes))
            {
                return false;
            }

            _messages++;
            _bytes += frame.EstimatedBytes;
            _channel.Writer.TryWrite(frame);
            return true;
        }
    }

    /// <summary>Takes no more; a last frame still goes out, before it what waits already.</summary>
    public void Close(QueuedFrame? last)
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            total.Remove(_bytes);
            if (last is { } frame) _channel.Writer.TryWrite(frame);
            _channel.Writer.Complete();
        }
    }

    /// <summary>False once it is closed and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken stopping) => _channel.Reader.WaitToReadAsync(stopping);

    public bool TryTake(out QueuedFrame frame)
    {
        if (!_channel.Reader.TryRead(out frame)) return false;
        lock (_gate)
        {
            _messages--;
            _bytes -= frame.EstimatedBytes;
            if (!_closed) total.Remove(frame.EstimatedBytes);
        }

        return true;
    }
}
