using System.Text.Json.Nodes;
using Chain.Node;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Eight accounts send 4,096 transactions each that no block can take, because the nonce before them is missing.
/// </summary>
internal static class GappedNonces
{
    private const string Summary = "eight accounts fill the pool with transactions behind a missing nonce";
    private const int FirstAccount = 2;
    private const int Accounts = 8;
    // As many as the pool takes of one account; those of all fill it.
    private const int PerAccount = 4096;
    private const int PerMessage = 1000;

    // A hundred times what the honest pay: whatever is pushed out by price is theirs.
    private const ulong HighTip = 100 * PlainTransfers.HonestTip;

    private static readonly AttackTerrain Both = new() { Victims = [0, 1] };

    public static Attack Attack { get; } = new(19, "gapped-nonces", Summary,
    [
        Of("rpc", "hands them to a node by JSON-RPC, for the fees that all pay", PlainTransfers.HonestTip, ByRpcAsync),
        Of("rpc-dear", "as rpc, for a hundred times the fees", HighTip, ByRpcAsync),
        Of("pushed", "sends them as a peer, unasked, for a hundred times the fees", HighTip, PushedAsync),
        Of("announced", "announces them as a peer and delivers what is asked for", HighTip, AnnouncedAsync),
    ]);

    private delegate Task Sending(AttackScene scene, List<Transaction> transactions, CancellationToken until);

    private static AttackVariation Of(string name, string summary, ulong tip, Sending send) =>
        new(name, summary, async (scene, cancellation) =>
        {
            var transactions = await Task.Run(() => Sign(tip), cancellation);
            return until => send(scene, transactions, until);
        })
        { Terrain = Both };

    private static List<Transaction> Sign(ulong tip)
    {
        var signed = new Transaction[Accounts * PerAccount];
        Parallel.For(0, signed.Length, i =>
        {
            var key = DevelopmentAccounts.Keys[FirstAccount + (i % Accounts)];
            signed[i] = PlainTransfers.Sign(key, PlainTransfers.Unsigned((ulong)(1 + (i / Accounts)), key.Address, 1, tip));
        });
        return [.. signed];
    }

    private static async Task ByRpcAsync(AttackScene scene, List<Transaction> transactions, CancellationToken until)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var url = new Uri($"http://127.0.0.1:{scene.Network.Manifest.Nodes[0].RpcPort}");
        foreach (var chunk in transactions.Chunk(PerMessage))
        {
            var batch = new JsonArray([.. chunk.Select((transaction, i) => new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = i,
                ["method"] = "eth_sendRawTransaction",
                ["params"] = new JsonArray(Hex.Encode(transaction.Encoded.Span)),
            })]);
            try
            {
                using var content = new StringContent(batch.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
                using var response = await http.PostAsync(url, content, until);
            }
            catch (HttpRequestException)
            {
                // Refused or cut off: the next batch tries.
            }
        }

        await Task.Delay(Timeout.Infinite, until);
    }

    private static Task PushedAsync(AttackScene scene, List<Transaction> transactions, CancellationToken until)
    {
        return scene.OnEachAsync(perVictim: 1, static options => options, PlayAsync, until);

        async Task PlayAsync(HostilePeer peer, CancellationToken canceled)
        {
            foreach (var chunk in transactions.Chunk(PerMessage))
            {
                if (!await peer.SendAsync(new WireMessage.Transactions(chunk), canceled)) return;
            }
        }
    }

    private static Task AnnouncedAsync(AttackScene scene, List<Transaction> transactions, CancellationToken until)
    {
        var byHash = transactions.ToDictionary(transaction => transaction.Hash);
        return scene.OnEachAsync(perVictim: 1, options => options with { Answer = Deliver }, PlayAsync, until);

        async Task PlayAsync(HostilePeer peer, CancellationToken canceled)
        {
            foreach (var chunk in transactions.Chunk(PerMessage))
            {
                var message = new WireMessage.NewPooledTransactionHashes(
                    [.. chunk.Select(transaction => (byte)transaction.Type)],
                    [.. chunk.Select(transaction => transaction.Encoded.Length)],
                    [.. chunk.Select(transaction => transaction.Hash)]);
                if (!await peer.SendAsync(message, canceled)) return;
            }
        }

        ValueTask<WireMessage?> Deliver(WireMessage request, CancellationToken cancellation)
        {
            if (request is not WireMessage.GetPooledTransactions ask) return Answers.Empty(request, cancellation);
            var delivered = ask.Hashes.Where(byHash.ContainsKey).Select(hash => byHash[hash]).ToList();
            return Answers.With(new WireMessage.PooledTransactions(ask.RequestId, delivered));
        }
    }
}
