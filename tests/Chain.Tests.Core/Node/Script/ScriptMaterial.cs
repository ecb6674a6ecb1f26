using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The commands that make what a script is about: blocks, transactions, and hashes of nothing.</summary>
internal sealed class ScriptMaterial(ScriptNames names, Func<ScriptChain> chain)
{
    /// <summary>Whom transactions pay, and who mines.</summary>
    public static readonly Address Shop = PoolScene.Shop;

    private const ulong Gas = 21_000;

    private readonly ScriptAccounts _accounts = new();

    /// <summary>False when the command makes nothing.</summary>
    public bool TryMake(ScriptCommand command)
    {
        switch (command.Verb)
        {
            case "block":
                MakeBlocks(command);
                return true;
            case "forge":
                Forge(command);
                return true;
            case "tx":
                MakeTransactions(command);
                return true;
            case "ghost":
                foreach (var name in ScriptNames.Expand(command.Arguments)) names.AddGhost(name);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// `block b1 on g`, or `block b1..b9 on g`, each on the one before, all with the same transactions or with one each.
    /// </summary>
    private void MakeBlocks(ScriptCommand command)
    {
        Expect(command, 1, "on");
        var parent = names.Block(command.Argument(2, "a parent"));
        var transactions = Recovered(TransactionsOf(command, "txs"));
        var each = new Queue<RecoveredTransaction>(Recovered(TransactionsOf(command, "each")));
        var hasOwn = each.Count > 0;
        var (wrong, at, gap) = (command.Text("wrong"), command.Text("at"), command.Number("every", 2));
        ulong? timestamp = at is null ? null : ulong.Parse(at);
        foreach (var name in ScriptNames.Expand([command.Argument(0, "a name")]))
        {
            timestamp ??= parent.Header.Header.Timestamp - chain().Genesis.Header.Header.Timestamp + gap;
            if (hasOwn) transactions = each.TryDequeue(out var own) ? [own] : [];
            parent = chain().Make(new BlockShape(name, parent, timestamp, transactions, wrong));
            names.Add(name, parent);
            timestamp = null;
        }
    }

    /// <summary>`forge f1 of b1 txs=t1`: the header of a block with another body.</summary>
    private void Forge(ScriptCommand command)
    {
        Expect(command, 1, "of");
        var body = new BlockBody(TransactionsOf(command, "txs"), null);
        names.Add(command.Argument(0, "a name"), names.Block(command.Argument(2, "a block")) with { Body = body });
    }

    /// <summary>`tx t1 from sam`, or `tx t1..t3 from sam` with one nonce after the other.</summary>
    private void MakeTransactions(ScriptCommand command)
    {
        Expect(command, 1, "from");
        var key = _accounts.KeyOf(command.Argument(2, "a sender"));
        var isForged = command.Text("signature") == "wrong";
        var unsigned = Read(command);
        foreach (var name in ScriptNames.Expand([command.Argument(0, "a name")]))
        {
            var signature = isForged ? new Signature(7, 9, 1) : key.Sign(unsigned.SigningHash());
            names.Add(name, unsigned.WithSignature(signature));
            unsigned = unsigned with { Nonce = unchecked(unsigned.Nonce + 1) };
        }
    }

    private static UnsignedTransaction Read(ScriptCommand command)
    {
        var tip = command.Wei("tip", 2 * Ledger.Gwei);
        var bytes = (int)command.Number("bytes", 0);
        return new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = command.Number("chain", Ledger.ChainId),
            Nonce = command.Number("nonce", 0),
            MaxPriorityFeePerGas = tip,
            MaxFeePerGas = command.Wei("fee", tip + (10 * Ledger.Gwei)),
            GasLimit = command.Number("gas", Gas + ((ulong)bytes * 4)),
            To = command.Text("to") == "nobody" ? null : Shop,
            Value = command.Wei("value", 1),
            Data = new byte[bytes],
        };
    }

    private static List<RecoveredTransaction> Recovered(IEnumerable<Transaction> transactions) =>
        [.. transactions.Select(transaction => transaction.Recover()!)];

    private List<Transaction> TransactionsOf(ScriptCommand command, string key) =>
        command.Text(key) is { } list ? [.. ScriptNames.Expand(list.Split(',')).Select(names.Transaction)] : [];

    private static void Expect(ScriptCommand command, int index, string word)
    {
        if (command.Argument(index, word) != word) throw new FormatException($"'{command.Verb} NAME' goes on with '{word}'.");
    }
}
