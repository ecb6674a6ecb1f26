using System.Net;

namespace Chain.Node.Host.Network;

/// <summary>What decides whether a peer keeps its place.</summary>
/// <param name="IsProtected">This node dialed it, or was told to keep it.</param>
/// <param name="HasDelivered">It has brought something new that the core found sound.</param>
/// <param name="IdleMs">How long ago that was; from the start, while it never has.</param>
internal sealed record PlaceHolder(PeerId Peer, IPAddress Source, bool IsProtected, bool HasDelivered, long IdleMs);

/// <summary>Who loses a place to a newcomer when all are taken.</summary>
internal static class PeerPlaces
{
    /// <summary>
    /// The least useful peer: of those that never delivered anything the oldest from the most crowded source; if there are none,
    /// the one that delivered least recently, if that is long enough ago. Null when all are worth more than a newcomer.
    /// </summary>
    public static PlaceHolder? LeastUseful(IEnumerable<PlaceHolder> holders, IPAddress newcomer, TimeSpan uselessAfter)
    {
        var longestIdleFirst = holders.Where(holder => !holder.IsProtected).OrderByDescending(holder => holder.IdleMs).ToList();
        return Crowding.Choose(longestIdleFirst.Where(holder => !holder.HasDelivered), holder => holder.Source, newcomer)
            ?? longestIdleFirst.FirstOrDefault(holder => holder.IdleMs >= uselessAfter.TotalMilliseconds);
    }
}
