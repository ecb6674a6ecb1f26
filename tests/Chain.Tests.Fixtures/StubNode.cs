using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// A node made of one table: accounts, a pool and blocks, answering JSON-RPC over a stand-in for HTTP. Transfers are
/// mined when the test says so, or at every look with <see cref="OnCall"/>.
/// </summary>
internal sealed class StubNode : HttpMessageHandler
{
    private readonly Dictionary<Address, UInt256> _balances = [];
    private readonly Dictionary<string, Func<JsonArray, JsonNode?>> _methods = new(StringComparer.Ordinal);
    private readonly List<(Transaction Transaction, Address From, ulong? Block)> _transactions = [];

    public StubNode()
    {
        Answer("eth_chainId", _ => Hex.Quantity(ChainId));
        Answer("eth_blockNumber", _ => Hex.Quantity(Head));
        Answer("eth_gasPrice", _ => (BaseFee + PriorityFee).ToQuantity());
        Answer("eth_maxPriorityFeePerGas", _ => PriorityFee.ToQuantity());
        Answer("eth_estimateGas", _ => Hex.Quantity(21_000));
        Answer("eth_getBalance", p => _balances.GetValueOrDefault(Address.Parse((string)p[0]!)).ToQuantity());
        Answer("eth_getTransactionCount",
            p => Hex.Quantity(NonceOf(Address.Parse((string)p[0]!), pending: (string)p[1]! == "pending")));
        Answer("eth_getBlockByNumber", p => Block((string)p[0]!));
        Answer("eth_sendRawTransaction", p => Accept((string)p[0]!));
        Answer("eth_getTransactionByHash", p => Find((string)p[0]!));
        Answer("eth_getTransactionReceipt", p => Find((string)p[0]!)?["blockNumber"] is null ? null : new JsonObject
        {
            ["status"] = ReceiptStatus,
        });
    }

    public ulong ChainId { get; set; } = 31337;

    public ulong Head { get; set; } = 100;

    public UInt256 BaseFee { get; set; } = 1_000_000_000;

    public UInt256 PriorityFee { get; set; } = 100_000_000;

    public string ReceiptStatus { get; set; } = "0x1";

    /// <summary>Null: the connection is refused.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>What is answered whatever is asked, instead of JSON-RPC.</summary>
    public (HttpStatusCode Status, string Body)? Impostor { get; set; }

    /// <summary>Runs before each call: the world moves on between two looks.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>
    /// Runs after a call was carried out, in place of its answer where it gives one: a connection that breaks, a proxy that
    /// answers for the node.
    /// </summary>
    public Func<string, HttpResponseMessage?>? InsteadOfAnswer { get; set; }

    public ulong BlockGasLimit { get; set; } = 30_000_000;

    public List<string> Calls { get; } = [];

    /// <summary>The signed bytes of every eth_sendRawTransaction, whatever became of them.</summary>
    public List<string> Handed { get; } = [];

    public IReadOnlyList<Transaction> Sent => [.. _transactions.Select(entry => entry.Transaction)];

    public void Answer(string method, Func<JsonArray, JsonNode?> answer) => _methods[method] = answer;

    public void Refuse(string method, int code, string message) => _methods[method] = _ => throw new StubRefusal(code, message);

    /// <summary>Answers a call with an error, once it was carried out.</summary>
    public static Exception Refusal(int code, string message) => new StubRefusal(code, message);

    public void Fund(Address address, string ether) => _balances[address] = UInt256.Parse(ether) * 1_000_000_000_000_000_000;

    public void SetBalance(Address address, UInt256 wei) => _balances[address] = wei;

    /// <summary>Puts everything that waits into a new block.</summary>
    public void Mine()
    {
        Head++;
        for (var i = 0; i < _transactions.Count; i++)
        {
            if (_transactions[i].Block is null) _transactions[i] = _transactions[i] with { Block = Head };
        }
    }

    /// <summary>Loses what waits, as a node without a kept pool does when it is started again.</summary>
    public void Restart() => _transactions.RemoveAll(entry => entry.Block is null);

    public void Forget() => _transactions.Clear();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsObject();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_methods) return Handle(call, cancellationToken);
    }

    private HttpResponseMessage Handle(JsonObject call, CancellationToken cancellation)
    {
        var method = (string)call["method"]!;
        Calls.Add(method);
        if (method == "eth_sendRawTransaction") Handed.Add((string)call["params"]![0]!);
        OnCall?.Invoke(method);
        if (!IsUp)
            throw new HttpRequestException("Connection refused",
                new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused));
        if (Impostor is { } impostor)
            return new HttpResponseMessage(impostor.Status) { Content = new StringContent(impostor.Body) };
        var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone() };
        try
        {
            if (!_methods.TryGetValue(method, out var answer))
                throw new StubRefusal(-32601, $"the method {method} does not exist/is not available");
            reply["result"] = answer(call["params"]!.AsArray());
        }
        catch (StubRefusal refusal)
        {
            reply["error"] = new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message };
        }

        var instead = InsteadOfAnswer?.Invoke(method);
        cancellation.ThrowIfCancellationRequested();
        return instead ?? new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(reply.ToJsonString(),
            Encoding.UTF8, "application/json")
        };
    }

    private ulong NonceOf(Address address, bool pending) =>
        _transactions.Where(entry => entry.From == address && (pending || entry.Block is not null))
            .Select(entry => entry.Transaction.Nonce + 1).DefaultIfEmpty().Max();

    private JsonObject Block(string tag)
    {
        var number = tag == "latest" ? Head : (ulong)UInt256.Parse(tag);
        return new JsonObject
        {
            ["number"] = Hex.Quantity(number),
            ["hash"] = HashOf(number).ToString(),
            ["baseFeePerGas"] = BaseFee.ToQuantity(),
            ["gasLimit"] = Hex.Quantity(BlockGasLimit)
        };
    }

    /// <summary>Takes a transfer into the pool as eth_sendRawTransaction does.</summary>
    public JsonNode Accept(string raw)
    {
        var transaction = Transaction.Decode(Hex.Decode(raw));
        if (!transaction.Signature.TryRecoverAddress(transaction.Unsigned.SigningHash(), out var from))
            throw new StubRefusal(-32000, "invalid sender");
        if (transaction.Nonce < NonceOf(from, pending: false)) throw new StubRefusal(-32000, "nonce too low");
        var waiting = _transactions.FindIndex(entry => entry.From == from && entry.Transaction.Nonce == transaction.Nonce);
        if (waiting >= 0)
        {
            var old = _transactions[waiting].Transaction;
            if (old.Hash == transaction.Hash) throw new StubRefusal(-32000, "already known");
            if (transaction.MaxFeePerGas * 10 < old.MaxFeePerGas * 11
                || transaction.MaxPriorityFeePerGas * 10 < old.MaxPriorityFeePerGas * 11)
                throw new StubRefusal(-32000, "replacement transaction underpriced");
            _transactions.RemoveAt(waiting);
        }

        _transactions.Add((transaction, from, null));
        return transaction.Hash.ToString();
    }

    private JsonObject? Find(string hash)
    {
        var found = _transactions.FirstOrDefault(entry => entry.Transaction.Hash.ToString() == hash);
        if (found.Transaction is not { } transaction) return null;
        var json = Describe(transaction, found.From);
        if (found.Block is { } block)
        {
            json["blockNumber"] = Hex.Quantity(block);
            json["blockHash"] = HashOf(block).ToString();
        }

        return json;
    }

    /// <summary>A transaction as eth_getTransactionByHash answers it while it waits.</summary>
    public static JsonObject Describe(Transaction transaction, Address from)
    {
        var json = new JsonObject
        {
            ["hash"] = transaction.Hash.ToString(),
            ["from"] = from.ToString(),
            ["to"] = transaction.To?.ToString(),
            ["nonce"] = Hex.Quantity(transaction.Nonce),
            ["value"] = transaction.Value.ToQuantity(),
            ["gas"] = Hex.Quantity(transaction.GasLimit),
            ["input"] = Hex.Encode(transaction.Data.Span),
            ["type"] = Hex.Quantity((ulong)transaction.Type),
            ["gasPrice"] = transaction.MaxFeePerGas.ToQuantity(),
            ["r"] = transaction.Signature.R.ToQuantity(),
            ["s"] = transaction.Signature.S.ToQuantity(),
            ["v"] = Hex.Quantity(transaction.Type == TransactionType.Legacy
                ? (transaction.ChainId!.Value * 2) + 35 + transaction.Signature.YParity : transaction.Signature.YParity),
        };
        if (transaction.Type != TransactionType.Legacy)
        {
            json["chainId"] = Hex.Quantity(transaction.ChainId!.Value);
            json["maxFeePerGas"] = transaction.MaxFeePerGas.ToQuantity();
            json["maxPriorityFeePerGas"] = transaction.MaxPriorityFeePerGas.ToQuantity();
            json["accessList"] = new JsonArray();
        }

        return json;
    }

    public static Hash256 HashOf(ulong number) => Keccak256.Hash(BitConverter.GetBytes(number));

    private sealed class StubRefusal(int code, string message) : Exception(message)
    {
        public int Code => code;
    }
}
