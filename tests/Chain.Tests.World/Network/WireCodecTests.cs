using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class WireCodecTests
{
    public static TheoryData<int, int> Samples()
    {
        var data = new TheoryData<int, int>();
        foreach (var version in new[] { 68, 69 })
        {
            for (var i = 0; i < SampleMessages.All(version).Count; i++) data.Add(version, i);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_message_leads_back_to_itself(int version, int index)
    {
        var message = SampleMessages.All(version)[index];
        var (code, bytes) = Encode(message, version);

        var back = TestWire.Codec.Decode(code, version, bytes);

        Assert.Null(back.Error);
        Assert.Equal(message.GetType(), back.Value.GetType());
        Assert.Equal(WireBytes.Of(message, version), WireBytes.Of(back.Value, version));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Bytes_left_over_or_missing_are_refused(int version, int index)
    {
        var (code, bytes) = Encode(SampleMessages.All(version)[index], version);

        Assert.IsType<WireError.Malformed>(TestWire.Codec.Decode(code, version, [.. bytes, 0x80]).Error);
        Assert.IsType<WireError.Malformed>(TestWire.Codec.Decode(code, version, bytes.AsSpan(0, bytes.Length - 1)).Error);
        Assert.IsType<WireError.Malformed>(TestWire.Codec.Decode(code, version, []).Error);
    }

    // The examples of EIP-2481 that hold no header and no block.
    [Theory]
    [InlineData("e8820457e4a000000000000000000000000000000000000000000000000000000000deadc0de050580", 0x03)]
    [InlineData("ca820457c682270f050580", 0x03)]
    [InlineData("f847820457f842a000000000000000000000000000000000000000000000000000000000deadc0dea000000000000000000000000000000000000000000000000000000000feedbeef", 0x05)]
    [InlineData("f847820457f842a000000000000000000000000000000000000000000000000000000000deadc0dea000000000000000000000000000000000000000000000000000000000feedbeef", 0x09)]
    [InlineData("f847820457f842a000000000000000000000000000000000000000000000000000000000deadc0dea000000000000000000000000000000000000000000000000000000000feedbeef", 0x0f)]
    [InlineData("c4820457c0", 0x04)]
    public void The_published_bytes_are_read_and_written(string hex, int id)
    {
        var message = TestWire.Codec.Decode(new WireCode(WireCapability.Eth, id), 68, Hex.Decode(hex)).Value;

        Assert.Equal(hex, Convert.ToHexStringLower(Encode(message, 68).Bytes));
    }

    [Fact]
    public void A_request_by_hash_and_one_by_number_are_told_apart()
    {
        var byHash = Assert.IsType<WireMessage.GetBlockHeaders>(TestWire.Codec.Decode(new WireCode(WireCapability.Eth, 3), 68,
            Hex.Decode("e8820457e4a000000000000000000000000000000000000000000000000000000000deadc0de050580")).Value);
        Assert.Equal((1111UL, Hash256.Parse("00000000000000000000000000000000000000000000000000000000deadc0de"), 5UL, 5UL, false),
            (byHash.RequestId, byHash.StartHash!.Value, byHash.Limit, byHash.Skip, byHash.Reverse));
        var byNumber = Assert.IsType<WireMessage.GetBlockHeaders>(TestWire.Codec.Decode(new WireCode(WireCapability.Eth, 3), 68,
            Hex.Decode("ca820457c682270f050580")).Value);
        Assert.Equal((null, 9999UL), (byNumber.StartHash, byNumber.StartNumber));
    }

    [Fact]
    public void The_status_of_eth_68_is_version_network_difficulty_head_genesis_fork() =>
        Assert.Equal(
            $"f85244827a6984075bcd15a0{Digits(SampleMessages.HashA)}a0{Digits(SampleMessages.HashB)}c684deadbeef80",
            Convert.ToHexStringLower(Encode(SampleMessages.Status(68), 68).Bytes));

    [Fact]
    public void The_status_of_eth_69_is_version_network_genesis_fork_range() =>
        Assert.Equal(
            $"f84f45827a69a0{Digits(SampleMessages.HashB)}c684deadbeef80034da0{Digits(SampleMessages.HashA)}",
            Convert.ToHexStringLower(Encode(SampleMessages.Status(69), 69).Bytes));

    [Fact]
    public void A_receipt_of_eth_69_is_type_status_gas_logs()
    {
        var (_, bytes) = Encode(new WireMessage.Receipts(1, [[new Receipt(TransactionType.DynamicFee, true, 21000, [])]]), 69);

        Assert.Equal("ca01c8c7c6020182520" + "8c0", Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData(WireCapability.Eth, 0x0b, 68)]
    [InlineData(WireCapability.Eth, 0x0d, 69)]
    [InlineData(WireCapability.Eth, 0x11, 68)]
    [InlineData(WireCapability.Eth, 0x12, 69)]
    [InlineData(WireCapability.Consensus, 0x09, 69)]
    [InlineData(WireCapability.Consensus, 0x0f, 69)]
    public void A_number_that_no_message_has_is_unknown(WireCapability capability, int id, int version) =>
        Assert.IsType<WireError.Unknown>(TestWire.Codec.Decode(new WireCode(capability, id), version, [0xc0]).Error);

    [Fact]
    public void A_message_longer_than_its_kind_may_be_is_refused_unread()
    {
        var error = Assert.IsType<WireError.TooLarge>(TestWire.Codec.Decode(new WireCode(WireCapability.Eth,
            WireCodec.GetBlockHeadersId), 68, new byte[1000]).Error);

        Assert.Equal((1000L, 128), (error.Bytes, error.Limit));
        Assert.Contains("GetBlockHeaders", error.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_longer_than_any_proof_of_finality_is_refused_unread()
    {
        var error = TestWire.Codec.Decode(new WireCode(WireCapability.Consensus, StakeMessageCodec.HistoryId), 68,
            new byte[FinalityProof.MaxBytes + 1]).Error;

        Assert.Equal(FinalityProof.MaxBytes, Assert.IsType<WireError.TooLarge>(error).Limit);
    }

    [Fact]
    public void A_history_of_more_headers_or_votes_than_a_proof_may_have_is_refused()
    {
        var votes = SampleMessages.StakeMessages().OfType<StakeMessage.Votes>().Single().Attestation;
        WireMessage History(int headers, int pairs) => new WireMessage.OfConsensus(new StakeMessage.History(
            new FinalityProof([.. Enumerable.Repeat(SampleMessages.Header(1), headers)], [.. Enumerable.Repeat(votes, pairs)])));

        Refused(History(FinalityProof.MaxHeaders + 1, 1), "more than 1024 headers");
        Refused(History(1, (FinalityProof.MaxVotes / 2) + 1), "more than 8192 votes");
    }

    [Fact]
    public void More_items_than_allowed_are_refused()
    {
        var hashes = Enumerable.Repeat(SampleMessages.HashA, WireLimits.MaxBodies + 1).ToArray();
        Refused(new WireMessage.GetBlockBodies(1, hashes), "1025 hashes");
        Refused(new WireMessage.NewBlockHashes([.. Enumerable.Repeat(new BlockRef(1, SampleMessages.HashA),
            WireLimits.MaxBlockAnnouncements + 1)]), "257 block hashes");
        Refused(new WireMessage.BlockBodies(1, [.. Enumerable.Repeat(BlockBody.Empty, WireLimits.MaxBodies + 1)]), "1025 bodies");
        Refused(new WireMessage.BlockHeaders(1, [.. Enumerable.Repeat(SampleMessages.Header(1), WireLimits.MaxHeaders + 1)]),
            "1025 headers");
        Refused(new WireMessage.PooledTransactions(1,
            [.. Enumerable.Repeat(SampleMessages.Transaction(1), WireLimits.MaxPooledTransactions + 1)]), "1025 transactions");
    }

    [Fact]
    public void Transactions_are_counted_over_all_bodies_before_one_is_built()
    {
        // Ten bytes each that are no transaction: were they built before they are counted, the error would be another.
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write(1);
        rlp.StartList();
        for (var body = 0; body < 2; body++)
        {
            rlp.StartList();
            rlp.StartList();
            for (var i = 0; i <= WireLimits.MaxTransactions / 2; i++) rlp.Write("ten bytes!");
            rlp.EndList();
            rlp.EndList();
        }

        rlp.EndList();
        rlp.EndList();

        var error = Assert.IsType<WireError.Malformed>(
            TestWire.Codec.Decode(new WireCode(WireCapability.Eth, WireCodec.BlockBodiesId), 68, rlp.WrittenSpan).Error);
        Assert.Contains("65538 transactions are more than", error.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Withdrawals_are_counted_over_all_bodies_before_one_is_built(int bodies)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write(1);
        rlp.StartList();
        for (var body = 0; body < bodies; body++)
        {
            rlp.StartList();
            for (var i = 0; i < 2; i++)
            {
                rlp.StartList();
                rlp.EndList();
            }

            rlp.StartList();
            for (var i = 0; i <= WireLimits.MaxWithdrawals / bodies; i++) rlp.Write("ten bytes!");
            rlp.EndList();
            rlp.EndList();
        }

        rlp.EndList();
        rlp.EndList();

        var error = Assert.IsType<WireError.Malformed>(
            TestWire.Codec.Decode(new WireCode(WireCapability.Eth, WireCodec.BlockBodiesId), 68, rlp.WrittenSpan).Error);
        Assert.Contains($"{WireLimits.MaxWithdrawals + bodies} withdrawals are more than", error.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_bits_longer_than_any_committee_is_refused_before_it_is_unpacked()
    {
        var bytes = new byte[(65_536 / 8) + 2];
        bytes[^1] = 1;
        Assert.Throws<RlpException>(() => Bitlist.FromBytes(bytes));
        Assert.Equal(65_536, Bitlist.FromBytes(bytes.AsSpan(1)).Length);
    }

    [Fact]
    public void Announcements_need_one_type_and_one_size_a_hash() =>
        Refused(new WireMessage.NewPooledTransactionHashes([0, 2], [100], [SampleMessages.HashA]),
            "2 types, 1 sizes and 1 hashes");

    [Fact]
    public void A_sidecar_travels_with_its_block()
    {
        var message = new WireMessage.NewBlockWithSidecar(SampleMessages.Block(9,
            withdrawals: true) with
        { Sidecar = new byte[] { 1, 2, 3 } }, 7);
        var (code, bytes) = Encode(message, 68);

        var back = Assert.IsType<WireMessage.NewBlockWithSidecar>(TestWire.Codec.Decode(code, 68, bytes).Value);

        Assert.Equal(new byte[] { 1, 2, 3 }, back.Block.Sidecar.ToArray());
        Assert.Equal(message.Block.Hash, back.Block.Hash);
    }

    private static void Refused(WireMessage message, string why)
    {
        var (code, bytes) = Encode(message, 68);
        var error = Assert.IsType<WireError.Malformed>(TestWire.Codec.Decode(code, 68, bytes).Error);
        Assert.Contains(why, error.Why, StringComparison.Ordinal);
    }

    private static string Digits(Hash256 hash) => hash.ToString()[2..];

    private static (WireCode Code, byte[] Bytes) Encode(WireMessage message, int version)
    {
        var rlp = new RlpWriter();
        return (TestWire.Codec.Encode(message, version, rlp), rlp.ToArray());
    }
}
