using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What a peer of a script says: `alice new-block b1`.</summary>
internal sealed class PeerWords(ScriptNames names, Func<ScriptNode> node)
{
    public WireMessage Parse(ScriptCommand command) => command.Argument(0, "a message") switch
    {
        "status" => Status(command),
        "new-hashes" => new WireMessage.NewBlockHashes([.. Words(command).Select(Ref)]),
        "new-block" => NewBlock(command),
        "transactions" => new WireMessage.Transactions(Transactions(command)),
        "new-transactions" => NewTransactions(command),
        "get-headers" => GetHeaders(command),
        "headers" => new WireMessage.BlockHeaders(Id(command), [.. Blocks(command).Select(block => block.Header)]),
        "get-bodies" => new WireMessage.GetBlockBodies(Id(command), Hashes(command)),
        "bodies" => new WireMessage.BlockBodies(Id(command), [.. Blocks(command).Select(block => block.Body)]),
        "get-transactions" => new WireMessage.GetPooledTransactions(Id(command), Hashes(command)),
        "pooled" => new WireMessage.PooledTransactions(Id(command), Transactions(command)),
        "get-receipts" => new WireMessage.GetReceipts(Id(command), Hashes(command)),
        "receipts" => new WireMessage.Receipts(Id(command), []),
        "range" => Range(command),
        "answers" => Answer(command),
        var other => throw new FormatException($"A peer cannot say '{other}'."),
    };

    private WireMessage.Status Status(ScriptCommand command)
    {
        var version = (int)command.Number("eth", 68);
        var head = Ref(command.Text("head") ?? "g");
        var forks = command.Text("fork") is { } other
            ? new ForkSchedule(names.Hash(other)).At(0)
            : node().Forks.At(head.Number);
        return new WireMessage.Status(
            version,
            command.Number("network", Ledger.ChainId),
            version >= 69 ? UInt256.Zero : command.Number("total", TotalOf(head.Hash)),
            head.Hash,
            version >= 69 ? head.Number : 0,
            command.Text("genesis") is { } genesis ? names.Hash(genesis) : node().Chain.Genesis.Hash,
            forks,
            EarliestBlock: 0);
    }

    private WireMessage.NewBlock NewBlock(ScriptCommand command)
    {
        var block = names.Block(command.Argument(1, "a block"));
        return new WireMessage.NewBlock(block, command.Number("total", TotalOf(block.Hash)));
    }

    private WireMessage.NewPooledTransactionHashes NewTransactions(ScriptCommand command)
    {
        var size = command.Text("bytes");
        var words = Words(command).ToList();
        return new WireMessage.NewPooledTransactionHashes(
            [.. words.Select(_ => (byte)TransactionType.DynamicFee)],
            [.. words.Select(word => size is null ? SizeOf(word) : int.Parse(size))],
            [.. words.Select(names.Hash)]);
    }

    // Of nothing a usual size is told.
    private int SizeOf(string word) => names.IsGhost(word) ? 110 : names.Transaction(word).Encoded.Length;

    private WireMessage.GetBlockHeaders GetHeaders(ScriptCommand command)
    {
        var start = Words(command).First(word => word[0] != '#');
        var isNumber = ulong.TryParse(start, out var number);
        return new WireMessage.GetBlockHeaders(
            Id(command),
            isNumber ? null : names.Hash(start),
            number,
            command.Number("limit", 1),
            command.Number("skip", 0),
            command.Arguments[^1] == "down");
    }

    /// <summary>`alice answers #4 from b9`: what an honest peer whose head is b9 says to the node's question.</summary>
    private WireMessage Answer(ScriptCommand command)
    {
        var id = Id(command);
        return node().Question(id) switch
        {
            WireMessage.GetBlockHeaders ask =>
                new WireMessage.BlockHeaders(id, HeadersFor(ask, ChainTo(command.Argument(3, "a head")))),
            WireMessage.GetBlockBodies ask =>
                new WireMessage.BlockBodies(id, [.. ask.Hashes.Select(hash => names.Block(names.Of(hash)).Body)]),
            WireMessage.GetPooledTransactions ask =>
                new WireMessage.PooledTransactions(id, [.. ask.Hashes.Select(hash => names.Transaction(names.Of(hash)))]),
            var other => throw new FormatException($"No way to answer {other.GetType().Name}."),
        };
    }

    private static List<SealedHeader> HeadersFor(WireMessage.GetBlockHeaders ask, List<SealedHeader> chain)
    {
        var step = (ask.Reverse ? -1 : 1) * ((int)ask.Skip + 1);
        var start = ask.StartHash is { } hash ? chain.FindIndex(header => header.Hash == hash) : (int)ask.StartNumber;
        return
        [
            .. Enumerable.Range(0, (int)ask.Limit)
                .Select(i => start + (i * step))
                .TakeWhile(number => number >= 0 && number < chain.Count)
                .Select(number => chain[number]),
        ];
    }

    /// <summary>The headers from the genesis block up to this one.</summary>
    private List<SealedHeader> ChainTo(string head)
    {
        var chain = new List<SealedHeader> { names.Block(head).Header };
        while (chain[^1].Number > 0) chain.Add(names.Block(names.Of(chain[^1].ParentHash)).Header);
        chain.Reverse();
        return chain;
    }

    private WireMessage.BlockRangeUpdate Range(ScriptCommand command)
    {
        var latest = Ref(command.Argument(1, "a block"));
        return new WireMessage.BlockRangeUpdate(0, latest.Number, latest.Hash);
    }

    /// <summary>`#7`, the number that the node gave its question; zero where a peer asks and leaves it out.</summary>
    private static ulong Id(ScriptCommand command) =>
        command.Arguments.Count > 1 && command.Arguments[1] is ['#', .. var digits] ? ulong.Parse(digits) : 0;

    private static IEnumerable<string> Words(ScriptCommand command) => ScriptNames.Expand(command.Arguments.Skip(1));

    private static IEnumerable<string> Items(ScriptCommand command) =>
        Words(command).Where(word => word[0] != '#' && word != "none");

    private IEnumerable<Block> Blocks(ScriptCommand command) => Items(command).Select(names.Block);

    private List<Hash256> Hashes(ScriptCommand command) => [.. Items(command).Select(names.Hash)];

    private List<Transaction> Transactions(ScriptCommand command) => [.. Items(command).Select(names.Transaction)];

    /// <summary>`b3`, or `b3@9` for the block with a number that is not its own.</summary>
    private BlockRef Ref(string word)
    {
        var sign = word.IndexOf('@', StringComparison.Ordinal);
        var name = sign < 0 ? word : word[..sign];
        var number = sign >= 0 ? ulong.Parse(word[(sign + 1)..]) : names.IsGhost(name) ? 0 : names.Block(name).Number;
        return new BlockRef(number, names.Hash(name));
    }

    private ulong TotalOf(Hash256 block) => (ulong)node().Chain.TotalOf(block);
}
