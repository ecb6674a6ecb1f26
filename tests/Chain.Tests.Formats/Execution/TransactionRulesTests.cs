using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class TransactionRulesTests
{
    private static readonly UnsignedTransaction Transfer = Ledger.Sign(Ledger.Alice).Transaction.Unsigned;

    private static readonly Account Rich = new(0, Ledger.Ether, BlockHeader.EmptyTrieRoot, Keccak256.Empty);

    [Fact]
    public void Intrinsic_gas_counts_data_bytes_creation_and_the_access_list()
    {
        var entry = new AccessListEntry(Ledger.Bob.Address, [Hash256.Zero, Hash256.Zero, Hash256.Zero]);

        Assert.Equal(21_000UL, TransactionRules.IntrinsicGas(Transfer));
        Assert.Equal(21_000UL + 4 + 4 + 16, TransactionRules.IntrinsicGas(Transfer with { Data = new byte[] { 0, 7, 0 } }));
        Assert.Equal(53_000UL, TransactionRules.IntrinsicGas(Transfer with { To = null }));
        Assert.Equal(21_000UL + 2_400 + 2_400 + 5_700, TransactionRules.IntrinsicGas(Transfer with
        {
            AccessList = [entry, new AccessListEntry(Ledger.Bob.Address, [])],
        }));
    }

    [Fact]
    public void A_plain_transfer_breaks_no_rule()
    {
        Assert.Null(TransactionRules.CheckStateless(Transfer, Ledger.ChainId));
        Assert.Null(TransactionRules.CheckAgainstBlock(Transfer, 21_000, 10 * Ledger.Gwei));
        Assert.Null(TransactionRules.CheckAgainstAccount(Transfer, Ledger.Alice.Address, Rich));
        Assert.Null(TransactionRules.CheckRecipient(Ledger.Bob.Address, Rich, NativeContracts.None));
        Assert.Null(TransactionRules.CheckRecipient(Ledger.Bob.Address, null, NativeContracts.None));
    }

    [Fact]
    public void A_legacy_transaction_without_chain_id_counts_on_every_chain() =>
        Assert.Null(TransactionRules.CheckStateless(Transfer with
        {
            Type = TransactionType.Legacy,
            ChainId = null,
            MaxPriorityFeePerGas = 10 * Ledger.Gwei
        }, 5));

    [Fact]
    public void Stateless_rules_name_what_was_got_and_what_was_expected()
    {
        Assert.Equal(new TransactionError.WrongChainId(31337, 1), TransactionRules.CheckStateless(Transfer, 1));
        Assert.Equal(new TransactionError.TipAboveFeeCap(11 * Ledger.Gwei, 10 * Ledger.Gwei), Check(Transfer with
        {
            MaxPriorityFeePerGas = 11 * Ledger.Gwei,
        }));
        Assert.Equal(new TransactionError.NonceAtMax(), Check(Transfer with { Nonce = ulong.MaxValue }));
        Assert.Equal(new TransactionError.IntrinsicGas(20_999, 21_000), Check(Transfer with { GasLimit = 20_999 }));
        Assert.Null(Assert.IsType<TransactionError.NeedsEvm>(Check(Transfer with { To = null, GasLimit = 100_000 })).To);
        static TransactionError? Check(UnsignedTransaction tx) => TransactionRules.CheckStateless(tx, Ledger.ChainId);
    }

    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000", false)]
    [InlineData("0x0000000000000000000000000000000000000001", true)]
    [InlineData("0x0000000000000000000000000000000000000009", true)]
    [InlineData("0x000000000000000000000000000000000000000a", false)]
    [InlineData("0x0000000000000000000000000000000000000101", false)]
    [InlineData("0x0100000000000000000000000000000000000001", false)]
    public void The_precompiled_contracts_of_London_need_an_EVM(string to, bool needsEvm) =>
        Assert.Equal(needsEvm,
            TransactionRules.CheckRecipient(Address.Parse(to), null, NativeContracts.None) is TransactionError.NeedsEvm);

    [Fact]
    public void Block_rules_compare_gas_and_base_fee()
    {
        Assert.Equal(new TransactionError.GasLimitExceedsBlock(21_000, 20_999),
            TransactionRules.CheckAgainstBlock(Transfer, 20_999, 1));
        Assert.Equal(
            new TransactionError.FeeCapBelowBaseFee(10 * Ledger.Gwei, (10 * Ledger.Gwei) + 1),
            TransactionRules.CheckAgainstBlock(Transfer, 21_000, (10 * Ledger.Gwei) + 1));
    }

    [Fact]
    public void Account_rules_compare_nonce_funds_and_code()
    {
        var cost = ((UInt256)21_000 * 10 * Ledger.Gwei) + 1;
        var code = Keccak256.Hash([1]);

        Assert.Equal(new TransactionError.NonceTooLow(0, 3), Check(Transfer, Rich with { Nonce = 3 }));
        Assert.Equal(new TransactionError.NonceTooHigh(4, 3), Check(Transfer with { Nonce = 4 }, Rich with { Nonce = 3 }));
        Assert.Equal(new TransactionError.NonceTooHigh(4, 0), Check(Transfer with { Nonce = 4 }, null));
        Assert.Equal(new TransactionError.InsufficientFunds(0, cost), Check(Transfer, null));
        Assert.Equal(new TransactionError.InsufficientFunds(cost - 1, cost), Check(Transfer, Rich with { Balance = cost - 1 }));
        Assert.Null(Check(Transfer, Rich with { Balance = cost }));
        Assert.Equal(new TransactionError.SenderNotEoa(Ledger.Alice.Address, code), Check(Transfer, Rich with
        {
            CodeHash = code,
        }));
        static TransactionError? Check(UnsignedTransaction tx, Account? account) =>
            TransactionRules.CheckAgainstAccount(tx, Ledger.Alice.Address, account);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cost_beyond_256_bits_is_never_covered(bool byPrice)
    {
        var tx = byPrice ? Transfer with { MaxFeePerGas = UInt256.MaxValue } : Transfer with { Value = UInt256.MaxValue };

        Assert.Null(TransactionRules.UpfrontCost(tx));
        Assert.Equal(new TransactionError.InsufficientFunds(UInt256.MaxValue, UInt256.MaxValue),
            TransactionRules.CheckFunds(tx, Rich with { Balance = UInt256.MaxValue }));
    }

    [Fact]
    public void A_recipient_with_code_needs_an_EVM_unless_it_is_native()
    {
        var contract = Rich with { CodeHash = Keccak256.Hash([1]) };
        var native = new NativeContracts([new CountingContract()]);

        Assert.IsType<TransactionError.NeedsEvm>(TransactionRules.CheckRecipient(Ledger.Bob.Address, contract, native));
        Assert.Null(TransactionRules.CheckRecipient(CountingContract.At, contract, native));
    }

    [Fact]
    public void Messages_begin_with_the_words_that_client_libraries_look_for()
    {
        (TransactionError Error, string Words)[] expected =
        [
            (new TransactionError.NonceTooLow(1, 2), "nonce too low"),
            (new TransactionError.NonceTooHigh(3, 2), "nonce too high"),
            (new TransactionError.NonceAtMax(), "nonce has max value"),
            (new TransactionError.InsufficientFunds(1, 2), "insufficient funds for gas * price + value"),
            (new TransactionError.IntrinsicGas(1, 2), "intrinsic gas too low"),
            (new TransactionError.FeeCapBelowBaseFee(1, 2), "max fee per gas less than block base fee"),
            (new TransactionError.TipAboveFeeCap(2, 1), "max priority fee per gas higher than max fee per gas"),
            (new TransactionError.GasLimitExceedsBlock(2, 1), "exceeds block gas limit"),
            (new TransactionError.WrongChainId(1, 2), "invalid chain id for signer"),
            (new TransactionError.SenderNotEoa(Address.Zero, Hash256.Zero), "sender not an eoa"),
            (new TransactionError.NeedsEvm(null, "why"), "this node has no EVM yet"),
        ];

        Assert.All(expected, item => Assert.StartsWith(item.Words, item.Error.Message, StringComparison.Ordinal));
        Assert.Equal(typeof(TransactionError).GetNestedTypes().Order(TypeNames.Instance),
            expected.Select(item => item.Error.GetType()).Order(TypeNames.Instance));
    }

    private sealed class TypeNames : IComparer<Type>
    {
        public static readonly TypeNames Instance = new();

        public int Compare(Type? x, Type? y) => string.CompareOrdinal(x?.Name, y?.Name);
    }
}
