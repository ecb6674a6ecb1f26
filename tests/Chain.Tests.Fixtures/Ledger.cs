using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Accounts with keys, and blocks executed over them: the setting of the transition's tests.</summary>
internal sealed class Ledger
{
    public const ulong ChainId = 31337;
    public const ulong Gwei = 1_000_000_000;

    public static readonly UInt256 Ether = 1_000_000_000_000_000_000;

    public static readonly Address Miner = Address.Parse("0x00000000000000000000000000000000000a11ce");

    public static readonly PrivateKey Alice = KeyOf(1);
    public static readonly PrivateKey Bob = KeyOf(2);
    public static readonly PrivateKey Carol = KeyOf(3);

    public MemoryState Store { get; } = new();

    public Hash256 Root { get; private set; }

    public UInt256 BaseFee { get; init; } = Gwei;

    public ulong GasLimit { get; init; } = 30_000_000;

    public NativeContracts Natives { get; init; } = NativeContracts.None;

    /// <summary>Alice and Bob with 10 ether each, and what else is given.</summary>
    public Ledger(params (Address Address, GenesisAccount Account)[] more)
    {
        var alloc = new SortedDictionary<Address, GenesisAccount>
        {
            [Alice.Address] = With(Ether * 10),
            [Bob.Address] = With(Ether * 10)
        };
        foreach (var (address, account) in more) alloc[address] = account;
        Root = Store.Apply(GenesisState.BuildState([.. alloc]));
    }

    public static GenesisAccount With(UInt256 balance, ulong nonce = 0, byte[]? code = null) =>
        new(balance, nonce, code ?? [], []);

    public static PrivateKey KeyOf(byte number)
    {
        var secret = new byte[32];
        secret[31] = number;
        return new PrivateKey(secret);
    }

    /// <summary>An EIP-1559 transfer of 1 wei for 21,000 gas at a tip of 2 gwei, changed as the test needs.</summary>
    public static RecoveredTransaction Sign(PrivateKey key, Func<UnsignedTransaction, UnsignedTransaction>? change = null)
    {
        var transfer = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = ChainId,
            Nonce = 0,
            MaxPriorityFeePerGas = 2 * Gwei,
            MaxFeePerGas = 10 * Gwei,
            GasLimit = 21_000,
            To = Carol.Address,
            Value = 1,
        };
        var changed = change is null ? transfer : change(transfer);
        return changed.WithSignature(key.Sign(changed.SigningHash())).Recover()!;
    }

    public WorldState Open() => new(Store, Root);

    public BlockContext Block() => new(1, 1_000, Miner, GasLimit, BaseFee, ChainId, Hash256.Zero);

    /// <summary>Executes a block and goes on from its state where it is valid.</summary>
    public Verdict<ExecutionOutcome, BlockExecutionError> Try(
        IReadOnlyList<RecoveredTransaction> transactions, IReadOnlyList<Withdrawal>? withdrawals = null,
        params BalanceCredit[] rewards)
    {
        var verdict = StateTransition.Apply(Open(), Block(), transactions, withdrawals, rewards, Natives);
        if (verdict.IsOk(out var outcome, out _)) Root = Store.Apply(outcome.State);
        return verdict;
    }

    public ExecutionOutcome Execute(params RecoveredTransaction[] transactions) => Try(transactions).Value;
}
