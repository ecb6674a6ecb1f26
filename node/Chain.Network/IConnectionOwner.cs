namespace Chain.Network;

/// <summary>What a connection knows of the others: the hub, as its connections see it. Safe from any thread.</summary>
internal interface IConnectionOwner
{
    /// <summary>The peer's status has arrived; told once.</summary>
    void StatusArrived(PeerConnection peer);

    /// <summary>The addresses to tell this peer over chain/1.</summary>
    IReadOnlyList<PeerAddress> AddressesFor(PeerConnection asker);

    /// <summary>The peer has told addresses over chain/1.</summary>
    void Learn(PeerConnection source, IReadOnlyList<PeerAddress> addresses);
}
