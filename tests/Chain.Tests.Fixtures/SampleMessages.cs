using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>One of every kind of message, small and fixed.</summary>
internal static class SampleMessages
{
    public static readonly Hash256 HashA = Keccak256.Hash("a"u8);

    public static readonly Hash256 HashB = Keccak256.Hash("b"u8);

    public static WireMessage.Status Status(int version) =>
        version >= 69
            ? new(version, 31337, UInt256.Zero, HashA, 77, HashB, new ForkId(0xdeadbeef, 0), 3)
            : new(version, 31337, 123456789, HashA, 0, HashB, new ForkId(0xdeadbeef, 0), 0);

    public static Transaction Transaction(int number, TransactionType type = TransactionType.DynamicFee)
    {
        var unsigned = new UnsignedTransaction
        {
            Type = type,
            ChainId = 31337,
            Nonce = (ulong)number,
            MaxPriorityFeePerGas = 2,
            MaxFeePerGas = type == TransactionType.DynamicFee ? 100UL : 2UL,
            GasLimit = 21000,
            To = TestHub.KeyOf(2).Address,
            Value = 5,
            Data = type == TransactionType.Legacy ? new byte[] { 1, 2, 3 } : [],
        };
        return unsigned.WithSignature(TestHub.KeyOf(1).Sign(unsigned.SigningHash()));
    }

    public static SealedHeader Header(ulong number, bool withdrawals = false) => new(new BlockHeader
    {
        ParentHash = HashA,
        Beneficiary = TestHub.KeyOf(3).Address,
        StateRoot = HashB,
        TransactionsRoot = BlockHeader.EmptyTrieRoot,
        ReceiptsRoot = BlockHeader.EmptyTrieRoot,
        LogsBloom = Bloom.Empty,
        Difficulty = 131072,
        Number = number,
        GasLimit = 30_000_000,
        GasUsed = 0,
        Timestamp = 1_700_000_000 + number,
        ExtraData = "extra"u8.ToArray(),
        Nonce = 0x0102030405060708,
        BaseFeePerGas = 1_000_000_000,
        WithdrawalsRoot = withdrawals ? HashB : null,
    });

    public static Block Block(ulong number, bool withdrawals = false) => new(
        Header(number, withdrawals),
        new BlockBody([Transaction(1), Transaction(2, TransactionType.Legacy), Transaction(3, TransactionType.AccessList)],
            withdrawals ? [new Withdrawal(1, 2, TestHub.KeyOf(2).Address, 3)] : null),
        ReadOnlyMemory<byte>.Empty);

    public static Receipt Receipt(TransactionType type) =>
        new(type, true, 21000, [new Log(TestHub.KeyOf(2).Address, [HashA, HashB], new byte[] { 9, 8, 7 })]);

    public static IReadOnlyList<WireMessage> All(int version)
    {
        List<WireMessage> messages =
        [
            Status(version),
            new WireMessage.NewBlockHashes([new BlockRef(5, HashA), new BlockRef(6, HashB)]),
            new WireMessage.Transactions([Transaction(1), Transaction(2, TransactionType.Legacy)]),
            new WireMessage.GetBlockHeaders(1111, HashA, 0, 5, 6, true),
            new WireMessage.GetBlockHeaders(1111, null, 9999, 5, 0, false),
            new WireMessage.BlockHeaders(ulong.MaxValue, [Header(1), Header(2, withdrawals: true)]),
            new WireMessage.GetBlockBodies(7, [HashA, HashB]),
            new WireMessage.BlockBodies(7, [Block(1).Body, Block(2, withdrawals: true).Body, BlockBody.Empty]),
            new WireMessage.NewBlock(Block(9), 1_000_000),
            new WireMessage.NewPooledTransactionHashes([0, 2], [110, 120], [HashA, HashB]),
            new WireMessage.GetPooledTransactions(0, [HashA]),
            new WireMessage.PooledTransactions(0, [Transaction(4)]),
            new WireMessage.GetReceipts(9, [HashA]),
            new WireMessage.Receipts(9, [[Receipt(TransactionType.Legacy), Receipt(TransactionType.DynamicFee)], []]),
            new WireMessage.GetSidecars(3, [HashA]),
            new WireMessage.Sidecars(3, [new byte[] { 1, 2, 3 }, ReadOnlyMemory<byte>.Empty]),
            .. StakeMessages().Select(message => new WireMessage.OfConsensus(message)),
            new WireMessage.NewBlockWithSidecar(Block(9, withdrawals: true) with { Sidecar = new byte[] { 4, 5, 6 } }, 12),
        ];
        if (version >= 69) messages.Add(new WireMessage.BlockRangeUpdate(1, 99, HashA));
        return messages;
    }

    /// <summary>One of each message of the consensus rule.</summary>
    public static IEnumerable<StakeMessage> StakeMessages()
    {
        var data = new AttestationData(new Slot(17), 1, HashA, new Checkpoint(new Epoch(1), HashA),
            new Checkpoint(new Epoch(2), HashA));
        var signature = new Signature(7, 9, 1);
        var votes = new IndexedAttestation([3, 8], data, [signature, signature]);
        var proposal = new SignedProposal(new Slot(17), 3, HashA, signature);
        yield return new StakeMessage.Status(new Slot(17), HashA, new Checkpoint(new Epoch(1), HashA));
        yield return new StakeMessage.Votes(votes);
        yield return new StakeMessage.DoubleProposal(new ProposerSlashing(proposal, proposal with
        {
            BlockHash = Keccak256.Empty,
        }));
        yield return new StakeMessage.SlashableVotes(new AttesterSlashing(votes, votes with
        {
            Data = data with { BeaconBlockRoot = Keccak256.Empty },
        }));
        yield return new StakeMessage.Exit(new SignedVoluntaryExit(new Epoch(4), 3, signature));
        yield return new StakeMessage.History(new FinalityProof([Header(5), Header(4, withdrawals: true)], [votes, votes]));
    }
}
