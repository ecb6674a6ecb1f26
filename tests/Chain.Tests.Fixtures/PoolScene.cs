using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A pool over a few accounts whose nonces and balances a test sets: the setting of the pool's tests.</summary>
internal sealed class PoolScene(PoolLimits limits)
{
    public static readonly Address Shop = Address.Parse("0x00000000000000000000000000000000000050b0");

    private readonly Dictionary<Address, Account> _accounts = [];
    private readonly Dictionary<Hash256, BlockRef> _minedIn = [];
    private ulong _height;

    public PoolScene()
        : this(new PoolLimits())
    {
    }

    public PoolLimits Limits { get; } = limits;

    public TransactionPool Pool { get; } = new(limits, Ledger.ChainId, NativeContracts.None);

    /// <summary>All that happened since it was cleared.</summary>
    public PoolChanges Changes { get; } = new();

    public At Now { get; set; } = new(1_700_000_000_000);

    public UInt256 BaseFee { get; set; } = Ledger.Gwei;

    public ulong GasLimit { get; set; } = 30_000_000;

    public PoolSnapshot Snapshot => Pool.Snapshot;

    public PoolTotals Totals => Pool.Snapshot.Totals;

    public IEnumerable<Hash256> Entered => Changes.Entered.Select(transaction => transaction.Hash);

    public static PrivateKey KeyOf(int number) => new(((UInt256)(ulong)(number + 1)).ToHash256().Bytes);

    public static Address AddressOf(int number) => KeyOf(number).Address;

    /// <summary>A transfer of 1 wei to a shop, changed as the test needs.</summary>
    public static RecoveredTransaction Sign(
        int from, ulong nonce, ulong tip = 2 * Ledger.Gwei, Func<UnsignedTransaction, UnsignedTransaction>? change = null) =>
        Ledger.Sign(KeyOf(from), transfer =>
        {
            var fee = tip + (10 * Ledger.Gwei);
            var changed = transfer with { Nonce = nonce, To = Shop, MaxPriorityFeePerGas = tip, MaxFeePerGas = fee };
            return change is null ? changed : change(changed);
        });

    /// <summary>The same with so many bytes of data, all zero.</summary>
    public static RecoveredTransaction SignBig(int from, ulong nonce, int bytes, ulong tip = 2 * Ledger.Gwei) =>
        Sign(from, nonce, tip, transfer => transfer with { Data = new byte[bytes], GasLimit = 21_000 + ((ulong)bytes * 4) });

    public Account AccountOf(int number) => AccountAt(AddressOf(number));

    public void SetAccount(int number, ulong nonce, UInt256 balance) =>
        _accounts[AddressOf(number)] = Account.Empty with { Nonce = nonce, Balance = balance };

    public PoolHead Head() => new(AccountAt, BaseFee, GasLimit);

    public PoolError? Add(RecoveredTransaction transaction) => Pool.Add(transaction, Head(), Now, Changes);

    /// <summary>Adds them all; each must be taken.</summary>
    public void Take(params RecoveredTransaction[] transactions)
    {
        foreach (var transaction in transactions) Assert.Null(Add(transaction));
    }

    public RecoveredTransaction[] TakeRun(int from, ulong nonce, int count, ulong tip = 2 * Ledger.Gwei)
    {
        var run = Enumerable.Range(0, count).Select(i => Sign(from, nonce + (ulong)i, tip)).ToArray();
        Take(run);
        return run;
    }

    /// <summary>A block with these transactions joins the chain; nonces follow, balances stay.</summary>
    public void Mine(params RecoveredTransaction[] transactions) => Move([], transactions);

    /// <summary>Blocks with the removed transactions give way to blocks with the added ones.</summary>
    public (int Returned, int Conflicting) Move(
        RecoveredTransaction[] removed, RecoveredTransaction[] added, bool? isReorganization = null)
    {
        foreach (var transaction in removed.Reverse()) SetNonce(transaction.Sender, transaction.Transaction.Nonce);
        var gone = removed.Select(transaction => (transaction, _minedIn[transaction.Hash])).ToList();
        _height++;
        var block = new BlockRef(_height, ((UInt256)_height).ToHash256());
        foreach (var transaction in added)
        {
            SetNonce(transaction.Sender, transaction.Transaction.Nonce + 1);
            _minedIn[transaction.Hash] = block;
        }

        var fresh = added.Select(transaction => (transaction, block)).ToList();
        return Pool.OnHeadChanged(new PoolHeadMove(gone, fresh, isReorganization ?? removed.Length > 0), Head(), Now, Changes);
    }

    public ulong[] Pending(int number) => NoncesOf(number, account => account.Executable());

    public ulong[] Queued(int number) => NoncesOf(number, account => account.Queued());

    /// <summary>The nonces of a sender as "pending | queued".</summary>
    public string NoncesOf(int number) => $"{string.Join(' ', Pending(number))} | {string.Join(' ', Queued(number))}";

    /// <summary>The reasons for which a transaction left, in order.</summary>
    public IEnumerable<TransactionStep> StepsOf(RecoveredTransaction transaction) =>
        Changes.Steps.Where(item => item.Hash == transaction.Hash).Select(item => item.Step);

    private ulong[] NoncesOf(int number, Func<PooledAccount, IEnumerable<PooledTransaction>> select) =>
        Snapshot.BySender.TryGetValue(AddressOf(number), out var account)
            ? [.. select(account).Select(pooled => pooled.Recovered.Transaction.Nonce)]
            : [];

    private Account AccountAt(Address address) =>
        _accounts.GetValueOrDefault(address)
            ?? Account.Empty with { Balance = address == Shop ? UInt256.Zero : Ledger.Ether * 1000 };

    private void SetNonce(Address address, ulong nonce) => _accounts[address] = AccountAt(address) with { Nonce = nonce };
}
