namespace Chain.Tests;

/// <summary>A set of files that one test, marked with <see cref="ReadsVectorsAttribute"/>, reads whole.</summary>
internal sealed record VectorGroup(string Name, string Glob);

/// <summary>
/// What of <c>shared/vectors</c> is claimed, and what is not and why. Every file is in exactly one entry of either list:
/// to claim more, move its pattern up and mark the test that reads it.
/// </summary>
internal static class VectorGroups
{
    public static readonly IReadOnlyList<VectorGroup> Claimed =
    [
        new("aserti3-2d", "aserti3-2d/*"),
        new("bip32", "bip32/bip32.json"),
        new("bip39", "bip39/vectors.json"),
        new("bip39-words", "bip39/english.txt"),
        new("blocks", "ethereum-tests/BlockchainTests/**"),
        new("blocks-legacy", "legacytests-cancun/BlockchainTests/**"),
        new("consensus-specs-epoch-processing", "consensus-specs/epoch_processing.json.gz"),
        new("consensus-specs-fast-confirmation", "consensus-specs/fast_confirmation.json.gz"),
        new("consensus-specs-fork-choice", "consensus-specs/fork_choice.json.gz"),
        new("consensus-specs-operations", "consensus-specs/operations.json.gz"),
        new("consensus-specs-selection", "consensus-specs/selection.json.gz"),
        new("ecies", "ethereum-tests/BasicTests/crypto.json"),
        new("eip55", "eip55/addresses.json"),
        new("eip8", "eip8-rlpx/eip8.json"),
        new("ethers-accounts", "ethers-testcases/accounts.json.gz"),
        new("ethers-create", "ethers-testcases/create.json.gz"),
        new("ethers-hashes", "ethers-testcases/hashes.json.gz"),
        new("ethers-mnemonics", "ethers-testcases/mnemonics.json.gz"),
        new("ethers-pbkdf", "ethers-testcases/pbkdf.json.gz"),
        new("ethers-rlp", "ethers-testcases/rlp.json.gz"),
        new("ethers-transactions", "ethers-testcases/transactions.json.gz"),
        new("ethers-transactions-older", "ethers-testcases/transaction.json.gz"),
        new("ethers-units", "ethers-testcases/units.json.gz"),
        new("ethers-wallets", "ethers-testcases/wallets.json.gz"),
        new("fork-id-creation", "eip2124-forkid/creation.json"),
        new("fork-id-validation", "eip2124-forkid/validation.txt"),
        new("genesis", "ethereum-tests/GenesisTests/basic_genesis_tests.json"),
        new("genesis-hash", "ethereum-tests/BasicTests/genesishashestest.json"),
        new("hex-prefix", "ethereum-tests/BasicTests/hexencodetest.json"),
        new("key-address", "ethereum-tests/BasicTests/keyaddrtest.json"),
        new("keystore", "ethereum-tests/KeyStoreTests/basic_tests.json"),
        new("rlp-invalid", "ethereum-tests/RLPTests/invalidRLPTest.json"),
        new("rlp-random", "ethereum-tests/RLPTests/RandomRLPTests/*"),
        new("rlp-valid", "ethereum-tests/RLPTests/rlptest.json"),
        new("shuffling-csv", "shuffling/eth2-shuffle.csv"),
        new("shuffling-spec", "shuffling/consensus-spec-*.json.gz"),
        new("snappy-bad", "snappy/baddata*.snappy"),
        new("snappy-text", "snappy/Isaac*"),
        new("state", "legacytests-cancun/GeneralStateTests/**"),
        new("transaction-basic", "ethereum-tests/BasicTests/txtest.json"),
        new("transaction-tests", "ethereum-tests/TransactionTests/**"),
        new("trie-any-order", "ethereum-tests/TrieTests/trieanyorder*.json"),
        new("trie-any-order-hex", "ethereum-tests/TrieTests/hex_encoded_securetrie_test.json"),
        new("trie-next-previous", "ethereum-tests/TrieTests/trietestnextprev.json"),
        new("trie-ordered", "ethereum-tests/TrieTests/trietest.json"),
        new("trie-ordered-secure", "ethereum-tests/TrieTests/trietest_secureTrie.json"),
    ];

    public static readonly IReadOnlyList<(string Glob, string Reason)> NotClaimed =
    [
        ("**/INDEX.md", "A description, not data."),
        ("bls/*", "BLS signatures are not used: validators sign with secp256k1."),
        ("devp2p/*", "Discovery v5 and node records are not spoken; peers are static, bootnodes or learned."),
        ("eip2333/*", "Derivation of BLS keys: not used."),
        ("eip2335/*", "Keystores of BLS keys: not used."),
        ("eip2386/*", "Wallets of BLS keys: not used."),
        ("eip2537-precompile/*", "BLS12-381 precompiles come with Prague, after the EVM."),
        ("ethereum-tests/ABITests/*", "Contract calls are encoded by clients."),
        ("ethereum-tests/BasicTests/blockgenesistest.json", "Headers of a proof of concept before Frontier, with fields that are long gone."),
        ("ethereum-tests/BasicTests/difficulty*.json", "The difficulty rules of Homestead and its forks are not ours: see aserti3-2d."),
        ("ethereum-tests/DifficultyTests/**", "The difficulty rules of Homestead and Gray Glacier are not ours: see aserti3-2d."),
        ("ethereum-tests/EIPTests/*", "BLS12-381 precompiles come with Prague, after the EVM."),
        ("ethereum-tests/GeneralStateTests-newer/**", "The EVM comes later."),
        ("ethereum-tests/PoWTests/*", "Ethash is not the seal here: section 4 of the design."),
        ("ethers-testcases/abi.json.gz", "Contract calls are encoded by clients."),
        ("ethers-testcases/create2.json.gz", "CREATE2 comes with the EVM."),
        ("ethers-testcases/hmac.json.gz", "HMAC is the platform's."),
        ("ethers-testcases/typed-data.json.gz", "Signing of typed data is not offered."),
        ("legacytests-constantinople/VMTests/**", "The EVM comes later."),
        ("rpc-compat/**", "Not read yet: the JSON-RPC server; its chain runs contract code and forks to Osaka."),
        ("slashing-protection/*", "Not read yet: proof of stake."),
    ];
}
