using Chain.Node;

namespace Chain.Network;

/// <summary>What decides whether a peer keeps its place.</summary>
/// <param name="IsProtected">This node dialed it, or a person named it.</param>
/// <param name="IdleMs">How long ago it last brought something new that the core found sound.</param>
internal sealed record PlaceHolder(PeerId Peer, bool IsProtected, long IdleMs);

/// <summary>Who loses a place, when all are taken, to a peer that has just delivered something.</summary>
internal static class PeerPlaces
{
    /// <summary>
    /// The peer that delivered least recently, if that is long enough ago; null when all are worth their places.
    /// </summary>
    public static PlaceHolder? LeastUseful(IEnumerable<PlaceHolder> oldestFirst, TimeSpan uselessAfter) => oldestFirst
        .Where(holder => !holder.IsProtected && holder.IdleMs >= uselessAfter.TotalMilliseconds)
        .MaxBy(holder => holder.IdleMs);
}
