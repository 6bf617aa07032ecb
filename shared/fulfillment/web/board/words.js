export const say = () => 'Tugas toko';
