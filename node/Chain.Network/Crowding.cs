using System.Net;
using System.Net.Sockets;

namespace Chain.Network;

/// <summary>
/// Who gives way where room is limited: the oldest from the source that has most, the newcomer counted. So a source that crowds
/// takes room from itself, on loopback as anywhere, and the oldest has had the longest time to prove itself.
/// </summary>
internal static class Crowding
{
    /// <summary>The one that gives way; null where there is none.</summary>
    /// <param name="oldestFirst">Those that may have to.</param>
    /// <param name="newcomer">The source of the one that needs the room.</param>
    public static T? Choose<T>(IEnumerable<T> oldestFirst, Func<T, IPAddress> sourceOf, IPAddress newcomer)
        where T : class =>
        oldestFirst.GroupBy(sourceOf).MaxBy(group => group.Count() + (group.Key.Equals(newcomer) ? 1 : 0))?.First();

    /// <summary>
    /// One source: an IPv4 address, or the first 64 bits of an IPv6 address, below which a customer has all. This machine is one,
    /// whichever of its millions of loopback addresses is used.
    /// </summary>
    public static IPAddress SourceOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return IPAddress.Loopback;
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
