using System.Net;
using System.Net.Sockets;

namespace Chain.Network;

/// <summary>From how far an IP address can be reached.</summary>
internal static class AddressScope
{
    /// <summary>0 for this machine, 1 for a private network, 2 for anywhere.</summary>
    public static int Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return 0;
        if (address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal) return 1;
        if (address.AddressFamily != AddressFamily.InterNetwork) return 2;
        var bytes = address.GetAddressBytes();
        return (bytes[0], bytes[1]) switch
        {
            (0, _) => 0,
            (10, _) or (192, 168) or (169, 254) or (172, >= 16 and <= 31) or (100, >= 64 and <= 127) => 1,
            _ => 2,
        };
    }
}
