using System.Net;
using System.Threading.Channels;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Tests;

/// <summary>A hub on a free loopback port with everything it tells in a queue.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    // Only ends a test that would otherwise hang: no test passes or fails by it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<PeerEvent> _events = Channel.CreateUnbounded<PeerEvent>();

    private TestHub(PeerHubOptions options, PrivateKey key, TimeProvider time)
    {
        Key = key;
        Hub = new PeerHub(options with
        {
            Listen = new IPEndPoint(IPAddress.Loopback,
            options.Listen.Port == 30303 ? 0 : options.Listen.Port),
            Codec = TestWire.Codec,
        }, key, DeliverAsync, new TransactionRecovery(), time,
            NullLogger.Instance);
    }

    public PeerHub Hub { get; }

    public PrivateKey Key { get; }

    /// <summary>Holds up the delivery of messages until released.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Whether a message is held up right now.</summary>
    public bool IsHolding { get; private set; }

    public static PrivateKey KeyOf(int number)
    {
        var secret = new byte[32];
        secret[31] = (byte)number;
        secret[0] = 1;
        return new PrivateKey(secret);
    }

    public static async Task<TestHub> StartAsync(int number, PeerHubOptions? options = null, TimeProvider? time = null)
    {
        var hub = new TestHub(options ?? new PeerHubOptions(), KeyOf(number), time ?? TimeProvider.System);
        await hub.Hub.StartAsync();
        return hub;
    }

    /// <summary>The next event of a kind; events of other kinds before it are passed over.</summary>
    public async Task<T> NextAsync<T>()
        where T : PeerEvent
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await _events.Reader.ReadAsync(limit.Token) is T found) return found;
        }
    }

    /// <summary>The next message of a kind.</summary>
    public async Task<T> NextMessageAsync<T>()
        where T : WireMessage
    {
        while (true)
        {
            if ((await NextAsync<PeerEvent.Received>()).Message is T found) return found;
        }
    }

    /// <summary>Whether an event waits that nobody has taken.</summary>
    public bool TryTake(out PeerEvent? found) => _events.Reader.TryRead(out found);

    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition()) await Task.Delay(2, limit.Token);
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    private async ValueTask DeliverAsync(PeerEvent peerEvent, CancellationToken stopping)
    {
        if (Gate is { } gate && peerEvent is PeerEvent.Received)
        {
            IsHolding = true;
            await gate.Task.WaitAsync(stopping);
            IsHolding = false;
        }

        await _events.Writer.WriteAsync(peerEvent, CancellationToken.None);
    }
}
