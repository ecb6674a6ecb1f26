using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Signed transfers through one node's JSON-RPC until all are mined: a real node process that mines blocks of 2 s under a gas
/// limit of 300 million, and 16 connections that send one after the other.
/// </summary>
public static class TransferBench
{
    private const int Connections = 16;

    // The first development account; its key is public knowledge.
    private static readonly PrivateKey Payer = new(
        Convert.FromHexString("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));

    public static async Task<IReadOnlyList<BenchFigure>> RunAsync(TestnetRunner runner, int transfers,
        CancellationToken cancellation)
    {
        var port = runner.Manifest.Nodes[0].RpcPort;
        var keys = Enumerable.Range(0, Connections)
            .Select(i => new PrivateKey(Keccak256.Hash(BitConverter.GetBytes(i + 77)).Bytes)).ToArray();
        using var client = new NodeClient(port, TimeSpan.FromSeconds(30));
        await FundAsync(client, keys, cancellation);
        var raw = new byte[Connections][][];
        Parallel.For(0, Connections, i => raw[i] = Sign(keys[i], transfers / Connections));

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(raw.Select(list => SendAsync(port, list, cancellation)));
        var accepted = watch.Elapsed;
        foreach (var key in keys) await WaitForNonceAsync(client, key.Address, (ulong)(transfers / Connections), cancellation);
        watch.Stop();
        var count = transfers / Connections * Connections;
        var (acceptRate, minedRate) = (count / accepted.TotalSeconds, count / watch.Elapsed.TotalSeconds);
        return
        [
            new BenchFigure($"{count} transfers accepted, {Connections} connections", acceptRate, "tx/s"),
            new BenchFigure($"{count} transfers sent and mined", minedRate, "tx/s", minedRate / acceptRate, "accepted"),
        ];
    }

    /// <summary>Signed transfers of one wei each from the first development account, for a network that is new.</summary>
    internal static IEnumerable<string> Payments(int count) =>
        Enumerable.Range(0, count)
            .Select(i => Hex.Encode(Transfer(Payer, (ulong)i, new Address([.. new byte[18], 0xfe, (byte)i]), 1)));

    private static async Task FundAsync(NodeClient client, PrivateKey[] keys, CancellationToken cancellation)
    {
        var payer = Payer;
        for (var i = 0; i < keys.Length; i++)
        {
            await client.AskAsync("eth_sendRawTransaction",
                [Hex.Encode(Transfer(payer, (ulong)i, keys[i].Address, UInt256.Parse("100000000000000000000")))], cancellation);
        }

        await WaitForNonceAsync(client, payer.Address, (ulong)keys.Length, cancellation);
    }

    private static byte[][] Sign(PrivateKey key, int count)
    {
        var list = new byte[count][];
        for (var i = 0; i < count; i++) list[i] = Transfer(key, (ulong)i, key.Address, 1);
        return list;
    }

    private static byte[] Transfer(PrivateKey key, ulong nonce, Address to, UInt256 value)
    {
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = TestnetPlan.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = 1_000_000_000,
            MaxFeePerGas = 100_000_000_000,
            GasLimit = 21_000,
            To = to,
            Value = value,
        };
        return unsigned.WithSignature(key.Sign(unsigned.SigningHash())).Encoded.ToArray();
    }

    private static async Task SendAsync(int port, byte[][] raw, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1 });
        var url = new Uri($"http://127.0.0.1:{port}");
        foreach (var transaction in raw)
        {
            var encoded = Hex.Encode(transaction);
            using var content = new StringContent(
                $$"""{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["{{encoded}}"]}""", Encoding.UTF8,
                MediaTypeHeaderValue.Parse("application/json"));
            using var response = await http.PostAsync(url, content, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            if (text.Contains("\"error\"", StringComparison.Ordinal))
                throw new TestnetException($"The node refused a transfer of the bench: {text}");
        }
    }

    private static async Task WaitForNonceAsync(NodeClient client, Address address, ulong nonce, CancellationToken cancellation)
    {
        while (true)
        {
            var answer = await client.AskAsync("eth_getTransactionCount", [address.ToString(), "latest"], cancellation);
            if (answer.Number() >= nonce) return;
            await Task.Delay(20, cancellation);
        }
    }
}
