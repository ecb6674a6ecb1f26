using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class GenesisVectors
{
    [VectorFact]
    [ReadsVectors("genesis")]
    public void A_genesis_block_has_the_expected_bytes_but_for_the_base_fee_that_came_later()
    {
        foreach (var test in VectorFiles.ReadJson(VectorFiles.TheOne("genesis")).EnumerateObject())
        {
            var genesis = new GenesisFile
            {
                Spec = new ChainSpec { ChainId = 1, Consensus = new ProofOfWorkSettings() },
                Difficulty = VectorAccounts.Number(test.Value, "difficulty"),
                GasLimit = (ulong)VectorAccounts.Number(test.Value, "gasLimit"),
                Timestamp = (ulong)VectorAccounts.Number(test.Value, "timestamp"),
                ExtraData = Hex.Decode(test.Value.GetProperty("extraData").GetString()!),
                Nonce = (ulong)VectorAccounts.Number(test.Value, "nonce"),
                MixHash = Hash256.Parse(test.Value.GetProperty("mixHash").GetString()!),
                Beneficiary = Address.Parse(test.Value.GetProperty("coinbase").GetString()!),
                Alloc = VectorAccounts.Alloc(test.Value.GetProperty("alloc")),
            };
            var built = new RlpWriter();
            GenesisState.Build(genesis).Block.WriteTo(built);
            var expected = new RlpReader(Hex.Decode(test.Value.GetProperty("result").GetString()!)).ReadList();
            var actual = new RlpReader(built.WrittenSpan).ReadList();

            Assert.Equal(Fields(expected.ReadList()), Fields(actual.ReadList()).SkipLast(1));
            Assert.Equal(expected.Rest.ToArray(), actual.Rest.ToArray());
        }
    }

    [VectorFact]
    [ReadsVectors("genesis-hash")]
    public void The_hash_of_mainnets_genesis_is_that_of_its_header()
    {
        var test = VectorFiles.ReadJson(VectorFiles.TheOne("genesis-hash"));
        var block = new RlpReader(Hex.Decode(test.GetProperty("genesis_rlp_hex").GetString()!)).ReadList();
        var header = block.ReadItem();

        Assert.Equal(test.GetProperty("genesis_hash").GetString(), Keccak256.Hash(header).ToString()[2..]);
        Assert.Equal("a0" + test.GetProperty("genesis_state_root").GetString(),
            Convert.ToHexStringLower(Fields(new RlpReader(header).ReadList())[3]));
    }

    private static List<byte[]> Fields(RlpReader header)
    {
        var fields = new List<byte[]>();
        while (!header.IsAtEnd) fields.Add(header.ReadItem().ToArray());
        return fields;
    }
}
