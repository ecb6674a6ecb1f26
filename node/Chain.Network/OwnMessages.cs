namespace Chain.Network;

/// <summary>What a peer says in chain/1 (addresses, clocks), and what it is answered.</summary>
internal static class OwnMessages
{
    /// <summary>Takes a message in. What is malformed about it, or null when it is sound.</summary>
    /// <param name="send">Sends a message of chain/1 by its number.</param>
    public static string? Handle(PeerConnection peer, IConnectionOwner owner, int id, ReadOnlySpan<byte> payload,
        Func<long> unixMs, Action<int, byte[]> send)
    {
        var (plain, why) = SnappyPayload.Unpack(payload, AddressMessages.MaxBytes);
        if (plain is null) return $"A message of chain/1: {why}";
        switch (id)
        {
            case AddressMessages.GetPeersId:
                if (AddressMessages.ReadGetPeers(plain) is not { } limit) return "GetPeers (chain 0x00) is malformed.";
                send(AddressMessages.PeersId, AddressMessages.Peers(owner.AddressesFor(peer).Take(limit)));
                return null;
            case AddressMessages.PeersId:
                if (AddressMessages.ReadPeers(plain) is not { } learned) return "Peers (chain 0x01) is malformed.";
                owner.Learn(peer, learned);
                return null;
            case TimeMessages.GetTimeId:
                if (!TimeMessages.IsGetTime(plain)) return "GetTime (chain 0x02) is malformed.";
                send(TimeMessages.TimeId, TimeMessages.Time(unixMs()));
                return null;
            case TimeMessages.TimeId:
                if (TimeMessages.ReadTime(plain) is not { } time) return "Time (chain 0x03) is malformed.";
                return peer.Clock.Answer(time) ? null : "Time (chain 0x03) was not asked for.";
            default:
                return $"chain/1 has no message 0x{id:x2}.";
        }
    }
}
