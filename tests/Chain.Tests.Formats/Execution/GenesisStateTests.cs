using Chain.Execution;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

public sealed class GenesisStateTests
{
    private static readonly GenesisFile Genesis = KnownRules.Genesis.Parse("""
        {
          "config": { "chainId": 31337 },
          "difficulty": "0x20000", "gasLimit": 30000000, "timestamp": "0x5", "extraData": "0x68690a",
          "alloc": {
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266": { "balance": "10000000000000000000000" },
            "0x00000000000000000000000000000000c0ffee00": { "nonce": 1, "balance": 0, "code": "0x6000",
              "storage": { "0x01": "0x02" } }
          }
        }
        """);

    [Fact]
    public void The_genesis_block_holds_what_the_file_says_and_no_withdrawals_under_proof_of_work()
    {
        var (block, state) = GenesisState.Build(Genesis);
        var header = block.Header.Header;

        Assert.Equal((0UL, 5UL, 30_000_000UL, 0UL), (header.Number, header.Timestamp, header.GasLimit, header.GasUsed));
        Assert.Equal(((UInt256)131_072, (UInt256)1_000_000_000), (header.Difficulty, header.BaseFeePerGas));
        Assert.Equal((Hash256.Zero, state.Root), (header.ParentHash, header.StateRoot));
        Assert.Equal((null, null), (header.WithdrawalsRoot, block.Body.Withdrawals));
        Assert.Equal(header.ComputeHash(), block.Hash);
    }

    [Fact]
    public void The_genesis_state_can_be_read_with_code_and_storage()
    {
        var store = new MemoryState();
        var state = new WorldState(store, store.Apply(GenesisState.Build(Genesis).State));
        var contract = Address.Parse("0x00000000000000000000000000000000c0ffee00");

        Assert.Equal(Ledger.Ether * 10_000, state.GetBalance(Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")));
        Assert.Equal([0x60, 0x00], state.GetCode(contract).ToArray());
        Assert.Equal((UInt256)2, state.GetStorage(contract, UInt256.One.ToHash256()));
    }

    [Fact]
    public void Values_with_which_a_chain_cannot_work_are_refused_by_name()
    {
        var half = UInt256.One << 255;
        var rich = new GenesisAccount(half, 0, ReadOnlyMemory<byte>.Empty, []);
        var one = new GenesisAccount(1, 0, ReadOnlyMemory<byte>.Empty, []);

        Assert.NotNull(GenesisState.Build(Genesis with { Alloc = [new(Ledger.Miner, rich)] }));
        Refuses("alloc", Genesis with { Alloc = [new(Ledger.Miner, rich), new(Ledger.Alice.Address, one)] });
        Refuses("gasLimit", Genesis with { GasLimit = 4_999 });
        Refuses("baseFeePerGas", Genesis with { BaseFeePerGas = half });
        static void Refuses(string field, GenesisFile genesis) =>
            Assert.Contains($"`{field}`", Assert.Throws<GenesisException>(() => GenesisState.Build(genesis)).Message,
                StringComparison.Ordinal);
    }
}
