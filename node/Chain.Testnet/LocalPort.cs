using System.Net;
using System.Net.Sockets;

namespace Chain.Testnet;

/// <summary>What becomes of a port of this machine.</summary>
internal static class LocalPort
{
    /// <summary>Whether a program could listen there.</summary>
    public static bool IsFree(int port)
    {
        using var socket = NewSocket();
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether a program accepts connections there. A refusal throws nothing inside, so asking often is cheap.</summary>
    public static async Task<bool> IsListeningAsync(int port)
    {
        using var socket = NewSocket();
        using var attempt = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        attempt.Completed += (_, _) => completed.TrySetResult();
        if (socket.ConnectAsync(attempt)) await completed.Task;
        return attempt.SocketError == SocketError.Success;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
