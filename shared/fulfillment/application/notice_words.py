"""The words of messages to stores and customers, in Indonesian and English.

"Received" must never read like "ready": the first says that we will write again and gives no code, the second says
ready, where, until what the code is.
"""

from __future__ import annotations

from collections.abc import Mapping

Notice = tuple[str, str]  # subject, text

CUSTOMER: Mapping[tuple[str, str], Mapping[str, Notice]] = {
    ("OrderConfirmed", "pickup"): {
        "id": (
            "Pesanan {order} kami terima",
            "Halo {name}, pesanan {order} sudah kami terima dan sedang diteruskan ke {place}. "
            "Mohon JANGAN datang dulu: kami kabari lagi saat barang siap diambil, perkiraan {when}.",
        ),
        "en": (
            "We received order {order}",
            "Hello {name}, we received order {order} and passed it to {place}. "
            "Please do NOT come yet: we will write again when it can be picked up, expected by {when}.",
        ),
    },
    ("OrderConfirmed", "delivery"): {
        "id": (
            "Pesanan {order} kami terima",
            "Halo {name}, pesanan {order} sudah kami terima dan akan dikirim. Perkiraan tiba paling lambat {when}.",
        ),
        "en": (
            "We received order {order}",
            "Hello {name}, we received order {order} and will send it. Expected no later than {when}.",
        ),
    },
    ("TaskReady", "pickup"): {
        "id": (
            "Pesanan {order} SIAP diambil",
            "Halo {name}, pesanan {order} SIAP diambil di {place}, {address}, sampai {until}. "
            "Tunjukkan kode ini kepada petugas: {code}",
        ),
        "en": (
            "Order {order} is READY",
            "Hello {name}, order {order} is READY for you at {place}, {address}, until {until}. "
            "Show the staff this code: {code}",
        ),
    },
    ("TaskShipped", "delivery"): {
        "id": (
            "Pesanan {order} dikirim",
            "Halo {name}, paket pesanan {order} berangkat dengan {carrier}, nomor resi {tracking}.",
        ),
        "en": (
            "Order {order} is on its way",
            "Hello {name}, a parcel of order {order} left with {carrier}, tracking number {tracking}.",
        ),
    },
    ("ChoiceRequired", "pickup"): {
        "id": (
            "Pesanan {order}: mohon pilih",
            "Halo {name}, mohon maaf, toko tidak dapat menyiapkan pesanan {order}. Pilihan Anda: {choices}. "
            "Mohon pilih sampai {choose_until}; sesudah itu pesanan kami batalkan.",
        ),
        "en": (
            "Order {order}: please choose",
            "Hello {name}, we are sorry: the store cannot prepare order {order}. You may choose: {choices}. "
            "Please choose until {choose_until}; after that we cancel the order.",
        ),
    },
    ("ChoiceReminded", "pickup"): {
        "id": (
            "Pesanan {order} menunggu pilihan Anda",
            "Halo {name}, toko tidak dapat menyiapkan pesanan {order} dan kami belum menerima pilihan Anda: {choices}. "
            "Mohon pilih sampai {choose_until}; sesudah itu pesanan kami batalkan.",
        ),
        "en": (
            "Order {order} waits for your choice",
            "Hello {name}, the store cannot prepare order {order}, and we do not have your choice yet: {choices}. "
            "Please choose until {choose_until}; after that we cancel the order.",
        ),
    },
    ("OrderCancelled", "no_choice"): {
        "id": (
            "Pesanan {order} dibatalkan",
            "Halo {name}, toko tidak dapat menyiapkan pesanan {order} dan kami tidak menerima pilihan Anda pada "
            "waktunya, jadi pesanan kami batalkan. Bila sudah membayar, uang Anda kembali.",
        ),
        "en": (
            "Order {order} was cancelled",
            "Hello {name}, the store could not prepare order {order} and no choice of yours reached us in time, so we "
            "cancelled the order. If you have paid, you get your money back.",
        ),
    },
    ("OrderCancelled", "any"): {
        "id": ("Pesanan {order} dibatalkan", "Halo {name}, pesanan {order} dibatalkan sesuai permintaan."),
        "en": ("Order {order} was cancelled", "Hello {name}, order {order} was cancelled as asked."),
    },
    ("OrderCancelled", "partly"): {
        "id": (
            "Sebagian pesanan {order} dibatalkan",
            "Halo {name}, sebagian pesanan {order} dibatalkan sesuai permintaan. Sisanya tetap seperti semula.",
        ),
        "en": (
            "Part of order {order} was cancelled",
            "Hello {name}, part of order {order} was cancelled as asked. The rest stays as it was.",
        ),
    },
    ("OrderExpired", "any"): {
        "id": (
            "Waktu bayar pesanan {order} habis",
            "Halo {name}, pembayaran pesanan {order} belum kami terima, jadi barang kami lepas kembali.",
        ),
        "en": (
            "The time to pay for order {order} is over",
            "Hello {name}, no payment for order {order} reached us in time, so we let the goods go.",
        ),
    },
    ("OrderExpired", "stock_short"): {
        "id": (
            "Pesanan {order} tidak dapat kami penuhi",
            "Halo {name}, mohon maaf: barang pesanan {order} ternyata sudah tidak ada di toko, jadi pesanan kami "
            "akhiri. Anda belum membayar; mohon jangan bayar lagi. Bila pembayaran tetap masuk, kami carikan barangnya "
            "di tempat lain atau uang Anda kembali.",
        ),
        "en": (
            "We cannot supply order {order}",
            "Hello {name}, we are sorry: the goods of order {order} turned out not to be in the store, so we ended the "
            "order. You have not paid; please do not pay any more. Should a payment reach us all the same, we look for "
            "the goods elsewhere or you get your money back.",
        ),
    },
    ("OrderUnfillable", "any"): {
        "id": (
            "Pesanan {order} belum dapat dipenuhi",
            "Halo {name}, mohon maaf, pesanan {order} belum dapat kami penuhi. Petugas kami akan menghubungi Anda.",
        ),
        "en": (
            "We cannot supply order {order} yet",
            "Hello {name}, we are sorry: we cannot supply order {order} as it is. A person will contact you.",
        ),
    },
    ("TaskNotReady", "pickup"): {
        "id": (
            "Pesanan {order}: mohon tunggu dulu",
            "Halo {name}, mohon maaf: {place} perlu memeriksa pesanan {order} sekali lagi. Mohon JANGAN datang dulu: "
            "kami kabari lagi. Pesan kami sebelumnya tidak berlaku.",
        ),
        "en": (
            "Order {order}: please wait",
            "Hello {name}, we are sorry: {place} must look at order {order} once more. Please do NOT come yet: we will "
            "write again. Our last message does not count any more.",
        ),
    },
    ("CodeRenewed", "pickup"): {
        "id": (
            "Pesanan {order}: kode baru",
            "Halo {name}, kode lama pesanan {order} tidak berlaku lagi. Pesanan tetap SIAP diambil di {place}. "
            "Tunjukkan kode ini kepada petugas: {code}",
        ),
        "en": (
            "Order {order}: a new code",
            "Hello {name}, the old code of order {order} is not good any more. The order is READY as before at "
            "{place}. Show the staff this code: {code}",
        ),
    },
    ("CollectReminded", "pickup"): {
        "id": (
            "Pesanan {order} menunggu Anda",
            "Halo {name}, pesanan {order} masih SIAP diambil di {place}, {address}, sampai {until}. "
            "Tunjukkan kode ini kepada petugas: {code}",
        ),
        "en": (
            "Order {order} is waiting for you",
            "Hello {name}, order {order} is still READY for you at {place}, {address}, until {until}. "
            "Show the staff this code: {code}",
        ),
    },
    ("TaskUncollected", "pickup"): {
        "id": (
            "Pesanan {order} ditutup",
            "Halo {name}, pesanan {order} tidak diambil pada waktunya, jadi barang kami kembalikan ke rak dan pesanan "
            "kami tutup. Bila sudah membayar, uang Anda kembali.",
        ),
        "en": (
            "Order {order} is closed",
            "Hello {name}, nobody came for order {order} in time, so the goods went back on the shelf and we closed "
            "the order. If you have paid, you get your money back.",
        ),
    },
    ("TaskOverdue", "pickup"): {
        "id": (
            "Pesanan {order} perlu waktu lebih lama",
            "Halo {name}, mohon maaf: pesanan {order} di {place} perlu waktu lebih lama. Kami sedang mengurusnya dan "
            "kabari lagi; mohon JANGAN datang dulu.",
        ),
        "en": (
            "Order {order} takes longer",
            "Hello {name}, we are sorry: order {order} at {place} takes longer than we said. We are looking after it "
            "and write again; please do NOT come yet.",
        ),
    },
    ("ChoiceMade", "any"): {
        "id": (
            "Pesanan {order}: pilihan Anda kami terima",
            "Halo {name}, untuk pesanan {order} kami terima pilihan Anda: {choice}. Kami kabari lagi.",
        ),
        "en": (
            "Order {order}: we have your choice",
            "Hello {name}, for order {order} we have your choice: {choice}. We will write again.",
        ),
    },
}
STORE: Mapping[str, Mapping[str, Notice]] = {
    "task": {
        "id": ("Tugas baru {task}: {method}", "Siapkan sebelum {when}: {lines}"),
        "en": ("New task {task}: {method}", "To be done by {when}: {lines}"),
    },
    "called_off": {
        "id": (
            "Tugas {task} DIBATALKAN: {method}",
            "Jangan disiapkan lagi: menurut hitungan terakhir, stok kurang dari yang dijanjikan. {lines}",
        ),
        "en": (
            "Task {task} is CALLED OFF: {method}",
            "Do not prepare it: by the last count there is less in stock than was promised. {lines}",
        ),
    },
    "TaskReminded": {
        "id": (
            "Tugas {task} belum diambil: {method}",
            "Belum ada yang mengerjakan. Siapkan sebelum {when}: {lines}",
        ),
        "en": ("Task {task} waits: {method}", "Nobody has taken it yet. To be done by {when}: {lines}"),
    },
    "ChoiceMade": {
        "id": (
            "Tugas {task}: pelanggan mengambil yang ada",
            "Lanjutkan dengan barang yang sudah ditemukan. Tempat: {staging}. {lines}",
        ),
        "en": (
            "Task {task}: the customer takes what is there",
            "Go on with what was found. Place: {staging}. {lines}",
        ),
    },
    "CustomerOnTheWay": {
        "id": ("Pelanggan menuju toko: {task}", "Siapkan di meja serah terima. Tempat: {staging}. {lines}"),
        "en": ("A customer is on the way: {task}", "Have it at the counter. Place: {staging}. {lines}"),
    },
}
