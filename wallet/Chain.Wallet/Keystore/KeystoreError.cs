namespace Chain.Wallet;

/// <summary>Why a keystore file gives no key.</summary>
public abstract record KeystoreError
{
    private KeystoreError() { }

    /// <summary>For the user: what was wrong, the value, what to do.</summary>
    public abstract string Message { get; }

    /// <summary>Not JSON, or a field is missing or malformed.</summary>
    public sealed record Malformed(string Detail) : KeystoreError
    {
        public override string Message => $"not a keystore file of version 3: {Detail}";
    }

    /// <summary>A version, cipher or key derivation that is not read here.</summary>
    public sealed record Unsupported(string Field, string Found, string Supported) : KeystoreError
    {
        public override string Message => $"its {Field} is '{Found}'; supported: {Supported}";
    }

    /// <summary>Parameters that would cost absurd memory or time: a file made to stop the reader, not to keep a key.</summary>
    public sealed record TooCostly(string Parameter, string Found, string Limit) : KeystoreError
    {
        public override string Message =>
            $"its key derivation asks for {Parameter} = {Found}, more than the limit of {Limit}; no wallet writes such a file";
    }

    /// <summary>The message authentication code differs.</summary>
    public sealed record WrongPassword : KeystoreError
    {
        public override string Message => "the password does not open it";
    }

    /// <summary>The password opens it, but what is inside is not what it should be.</summary>
    public sealed record BadContent(string Detail) : KeystoreError
    {
        public override string Message => $"the password opens it, but {Detail}";
    }
}
