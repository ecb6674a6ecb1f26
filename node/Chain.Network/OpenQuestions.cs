using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// The questions that went out over one connection and have no answer yet, so that an answer to nothing is dropped before its
/// bytes are decoded and its signatures recovered. Bounded: the oldest are forgotten. Written by who sends, read by the reader.
/// </summary>
internal sealed class OpenQuestions(int capacity)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _open = [];
    private readonly Queue<ulong> _order = new();

    /// <summary>Remembers the question in a message, if it is one.</summary>
    public void Note(WireMessage message)
    {
        ulong? asked = message switch
        {
            WireMessage.GetBlockHeaders m => m.RequestId,
            WireMessage.GetBlockBodies m => m.RequestId,
            WireMessage.GetReceipts m => m.RequestId,
            WireMessage.GetPooledTransactions m => m.RequestId,
            WireMessage.GetSidecars m => m.RequestId,
            _ => null,
        };
        if (asked is not { } id) return;
        lock (_gate)
        {
            if (!_open.Add(id)) return;
            _order.Enqueue(id);
            while (_order.Count > capacity) _open.Remove(_order.Dequeue());
        }
    }

    /// <summary>Whether a message of this kind answers a question.</summary>
    public static bool IsAnswer(WireCode code) => code is
        (WireCapability.Eth, WireCodec.BlockHeadersId or WireCodec.BlockBodiesId)
        or (WireCapability.Eth, WireCodec.ReceiptsId or WireCodec.PooledTransactionsId)
        or (WireCapability.Consensus, WireCodec.SidecarsId);

    /// <summary>
    /// Closes the question that an answer, unpacked, belongs to; false when there is none. Bytes that are no answer are for the
    /// decoder to refuse.
    /// </summary>
    public bool TryClose(ReadOnlySpan<byte> answer)
    {
        ulong id;
        try
        {
            var outer = new RlpReader(answer);
            var items = outer.ReadList();
            id = items.ReadUInt64();
        }
        catch (RlpException)
        {
            return true;
        }

        lock (_gate) return _open.Remove(id);
    }
}
