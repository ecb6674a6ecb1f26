using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Chain.Cli;

/// <summary>A log of one line an event, to standard output or to a file: time, level, source, text.</summary>
internal static class LogFactory
{
    public static ILoggerFactory Create(string? file) => LoggerFactory.Create(builder => builder
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddProvider(new LineProvider(file is null ? Console.Out : OpenFile(file))));

    private static StreamWriter OpenFile(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        return new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    private sealed class LineProvider(TextWriter output) : ILoggerProvider
    {
        private readonly Lock _gate = new();

        public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName[(categoryName.LastIndexOf('.') + 1)..], this);

        public void Write(string line)
        {
            lock (_gate) output.WriteLine(line);
        }

        public void Dispose()
        {
            lock (_gate) output.Flush();
        }
    }

    private sealed class LineLogger(string source, LineProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var level = logLevel switch { LogLevel.Information => "info", LogLevel.Warning => "warn", LogLevel.Error => "error", _ => "fatal" };
            var text = formatter(state, exception);
            var line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {level,-5} {source}: {text}");
            provider.Write(exception is null || logLevel < LogLevel.Critical ? line : $"{line}{Environment.NewLine}{exception}");
        }
    }
}
