using Chain.Bench;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Tests;

public sealed class ChainFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Blocks_come_back_as_they_were_written_sidecars_included()
    {
        var blocks = ScriptedBlocks(20);
        Assert.Contains(blocks, block => !block.Sidecar.IsEmpty);

        var read = ReadAll(Write(blocks));

        Assert.Equal(blocks.Select(Describe), read.Select(Describe));
    }

    [Fact]
    public void A_file_cut_anywhere_gives_the_blocks_before_and_says_where_it_ends()
    {
        var blocks = ScriptedBlocks(3);
        var file = Write(blocks);
        var ends = new List<long> { 0 };
        var whole = new ChainFileReader(new MemoryStream(file));
        while (whole.Read() is not null) ends.Add(whole.Offset);

        for (var length = 0; length < file.Length; length++)
        {
            var reader = new ChainFileReader(new MemoryStream(file, 0, length));
            ChainFileException? error = null;
            try
            {
                while (reader.Read() is not null)
                {
                }
            }
            catch (ChainFileException problem)
            {
                error = problem;
            }

            // Cut between a block and its sidecar, the file is whole again, of blocks without sidecar.
            if (error is not null) Assert.Equal(reader.BlocksRead, error.BlocksRead);
            else Assert.Contains(length, ends.Concat(SidecarStarts(blocks)));
        }
    }

    [Theory]
    [InlineData("0x00")]
    [InlineData("0x83616263")]
    [InlineData("0xc0")]
    [InlineData("0xc3010203")]
    [InlineData("0xf800")]
    [InlineData("0xfbffffffff")]
    [InlineData("0xffffffffffffffffff")]
    [InlineData("0xfa0fffff00")]
    public void What_is_no_block_is_refused(string hex)
    {
        var error = Assert.Throws<ChainFileException>(() => new ChainFileReader(new MemoryStream(Hex.Decode(hex))).Read());

        Assert.Equal(0, error.BlocksRead);
        Assert.Contains("by byte 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exported_chain_is_imported_by_the_rules_and_a_second_time_changes_nothing()
    {
        var chain = new BenchChain(accounts: 20);
        var file = Export(chain, blocks: 12);
        using var store = OpenWithGenesis(chain, "a");

        var first = Import(chain, store, file);
        var head = store.GetHead();
        var second = Import(chain, store, file);

        Assert.Equal((13, 60, 12UL), (first.Blocks, first.Transactions, first.Head));
        Assert.Equal(12UL, second.Head);
        Assert.Equal(head, store.GetHead());
        var again = new MemoryStream();
        new ChainFileWriter(again).WriteCanonical(store, 0, ulong.MaxValue, null, CancellationToken.None);
        Assert.Equal(file, again.ToArray());
    }

    [Fact]
    public void An_import_stops_at_a_block_that_the_rules_refuse_and_keeps_what_came_before()
    {
        var chain = new BenchChain(accounts: 20);
        var blocks = ReadAll(Export(chain, blocks: 8));
        var header = blocks[5].Header.Header;
        blocks[5] = blocks[5] with { Header = new SealedHeader(header with { GasUsed = header.GasUsed + 1 }) };
        using var store = OpenWithGenesis(chain, "a");

        var error = Assert.Throws<ChainFileException>(() => Import(chain, store, Write(blocks)));

        Assert.Equal(5, error.BlocksRead);
        Assert.Equal(4UL, store.GetBlockRecord(store.GetHead()!.Head)!.Number);
    }

    [Fact]
    public void The_chain_of_another_genesis_is_not_imported()
    {
        var chain = new BenchChain(accounts: 20);
        var file = Export(new BenchChain(accounts: 21), blocks: 2);
        using var store = OpenWithGenesis(chain, "a");

        var error = Assert.Throws<ChainFileException>(() => Import(chain, store, file));

        Assert.Equal(0, error.BlocksRead);
        Assert.Contains(chain.GenesisBlock.Block.Hash.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sidecar_where_the_rule_has_none_is_refused()
    {
        var chain = new BenchChain(accounts: 20);
        var blocks = ReadAll(Export(chain, blocks: 3));
        blocks[2] = blocks[2] with { Sidecar = new byte[] { 1 } };
        using var store = OpenWithGenesis(chain, "a");

        var error = Assert.Throws<ChainFileException>(() => Import(chain, store, Write(blocks)));

        Assert.Equal(2, error.BlocksRead);
        Assert.Contains("block 2 has a sidecar behind it, but under proof-of-work no block has one", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_without_sidecar_where_the_rule_wants_one_is_refused()
    {
        var chain = new BenchChain(accounts: 20);
        var blocks = ReadAll(Export(chain, blocks: 3));
        blocks[0] = blocks[0] with { Sidecar = new byte[] { 1 } };
        using var store = OpenWithGenesis(chain, "a");
        var rules = chain.Rules with { HasSidecar = true, Name = "proof-of-something" };

        var error = Assert.Throws<ChainFileException>(() =>
            ChainImporter.Run(store, chain.Config, rules, new ChainFileReader(new MemoryStream(Write(blocks))),
                TimeProvider.System, null, CancellationToken.None));

        Assert.Equal(1, error.BlocksRead);
        Assert.Contains("block 1 has no sidecar behind it, but under proof-of-something every block has one", error.Message,
            StringComparison.Ordinal);
    }

    private SqliteChainStore OpenWithGenesis(BenchChain chain, string name)
    {
        var store = SqliteChainStore.Open(Path.Combine(_folder, name), chain.GenesisBlock.Block.Hash);
        store.Commit(NodeCore.GenesisBatch(chain.GenesisBlock, new At(0)));
        return store;
    }

    private static ImportProgress Import(BenchChain chain, IChainStore store, byte[] file) =>
        ChainImporter.Run(store, chain.Config, chain.Rules, new ChainFileReader(new MemoryStream(file)), TimeProvider.System,
            null, CancellationToken.None);

    private static byte[] Export(BenchChain chain, int blocks) =>
        Write([chain.GenesisBlock.Block, .. chain.NewBranch(1).Grow(blocks, transfers: 5)]);

    private static List<Block> ScriptedBlocks(int count)
    {
        var script = new StoreScript(1);
        var blocks = new List<Block>();
        while (blocks.Count < count) blocks.AddRange(script.Next().Blocks.Select(item => item.Block));
        return blocks;
    }

    private static byte[] Write(IEnumerable<Block> blocks)
    {
        var stream = new MemoryStream();
        var writer = new ChainFileWriter(stream);
        foreach (var block in blocks) writer.Write(block);
        return stream.ToArray();
    }

    private static List<Block> ReadAll(byte[] file)
    {
        var reader = new ChainFileReader(new MemoryStream(file));
        var blocks = new List<Block>();
        while (reader.Read() is { } block) blocks.Add(block);
        Assert.Equal(file.Length, reader.Offset);
        return blocks;
    }

    private static IEnumerable<long> SidecarStarts(IEnumerable<Block> blocks)
    {
        var offset = 0L;
        foreach (var block in blocks)
        {
            yield return offset + Write([block with { Sidecar = ReadOnlyMemory<byte>.Empty }]).Length;
            offset += Write([block]).Length;
        }
    }

    private static string Describe(Block block)
    {
        var rlp = new RlpWriter();
        block.WriteTo(rlp);
        return $"{block.Hash} {Hex.Encode(rlp.WrittenSpan)} {Hex.Encode(block.Sidecar.Span)}";
    }
}
